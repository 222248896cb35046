package io.sapo.admin;

/** The admin server cannot start; the message says what to change. */
public final class AdminException extends RuntimeException {
  private static final long serialVersionUID = 1;

  AdminException(String message, Throwable cause) {
    super(message, cause);
  }
}
