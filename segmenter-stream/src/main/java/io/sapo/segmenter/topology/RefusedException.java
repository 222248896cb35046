package io.sapo.segmenter.topology;

/** Data that is refused: not a fault of the program, hence without a stack trace. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  RefusedException(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
