package io.sapo.learner.commit;

/** A version could not be committed; a restarted learner recomputes it and tries again. */
public final class CommitFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommitFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
