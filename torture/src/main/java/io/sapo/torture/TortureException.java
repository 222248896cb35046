package io.sapo.torture;

/** A run that did not stand what was done to it; the message says what was seen. */
public final class TortureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TortureException(String message, Throwable cause) {
    super(message, cause);
  }
}
