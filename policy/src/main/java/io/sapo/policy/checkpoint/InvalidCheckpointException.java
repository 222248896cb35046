package io.sapo.policy.checkpoint;

/** A checkpoint that cannot be used; the message names the file, the key and what was wrong. */
public final class InvalidCheckpointException extends RuntimeException {
  public InvalidCheckpointException(String message) {
    super(message);
  }

  public InvalidCheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
