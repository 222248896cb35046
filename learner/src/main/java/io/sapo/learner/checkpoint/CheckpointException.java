package io.sapo.learner.checkpoint;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A checkpoint that cannot be written or used; the message names the folder and the reason. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean unwritten;

  public CheckpointException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private CheckpointException(String message, Throwable cause, boolean unwritten) {
    super(message, cause);
    this.unwritten = unwritten;
  }

  static CheckpointException unwritten(Path folder, Exception cause) {
    Throwable root = cause instanceof UncheckedIOException ? cause.getCause() : cause;
    return new CheckpointException(
        "%s: cannot be written: %s; make room if that is the reason, and start again: nothing that was committed is lost"
            .formatted(folder, root.getMessage()),
        cause,
        true);
  }

  /** Whether it is the file system that failed: with room on it a new start may help. */
  public boolean isUnwritten() {
    return unwritten;
  }
}
