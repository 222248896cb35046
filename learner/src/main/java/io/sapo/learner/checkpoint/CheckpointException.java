package io.sapo.learner.checkpoint;

/** A checkpoint that cannot be written or used; the message names the folder and the reason. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
