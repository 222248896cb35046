package io.sapo.torture;

/** A run that failed under fault injection; the message says what was seen. */
public final class TortureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TortureException(String message, Throwable cause) {
    super(message, cause);
  }
}
