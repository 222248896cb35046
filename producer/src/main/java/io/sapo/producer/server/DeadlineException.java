package io.sapo.producer.server;

/** No whole answer came in time. */
final class DeadlineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DeadlineException(String message, Throwable cause) {
    super(message, cause);
  }
}
