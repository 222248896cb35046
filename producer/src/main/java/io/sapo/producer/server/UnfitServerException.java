package io.sapo.producer.server;

/** A server works, but not as this run needs it; the message says how to start it. */
final class UnfitServerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnfitServerException(String message) {
    super(message);
  }

  UnfitServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
