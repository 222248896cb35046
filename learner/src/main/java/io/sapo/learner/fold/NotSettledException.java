package io.sapo.learner.fold;

/**
 * What has to be done before an optimizer changes the state has failed; the batch is none of its
 * causes.
 */
final class NotSettledException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final RuntimeException failure;

  NotSettledException(RuntimeException failure) {
    super(failure);
    this.failure = failure;
  }

  RuntimeException failure() {
    return failure;
  }
}
