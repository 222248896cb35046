package io.sapo.learner.commit;

/** A version could not be committed; a restarted learner finds out whether it was, and goes on. */
public final class CommitFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommitFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The coordinator has ended this learner's transaction, though no other learner is at work. */
  public static CommitFailedException expired(FencedException cause) {
    return new CommitFailedException(
        "the brokers have ended this learner's transaction, and no other learner is at work: it stood open for longer than they allow (transaction.timeout.ms, 15 min unless set otherwise), as after a suspended machine or an outage within a commit. What was committed is safe; started again, the learner goes on from there",
        cause);
  }
}
