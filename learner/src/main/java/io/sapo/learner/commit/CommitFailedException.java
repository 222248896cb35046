package io.sapo.learner.commit;

/** A version could not be committed; a learner started again folds it again and tries anew. */
public final class CommitFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CommitFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
