package io.sapo.audit;

/** A checkpoint is missing, damaged or of another model; the message says which and where. */
public final class UnusableCheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnusableCheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
