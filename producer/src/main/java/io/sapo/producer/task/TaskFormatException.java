package io.sapo.producer.task;

import java.util.Optional;

/** A task that cannot be read; the message names the file and line, or topic and offset. */
public final class TaskFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient RefusedTask refused;

  /** A source that cannot be opened or is not one. */
  public TaskFormatException(String message, Throwable cause) {
    this(message, cause, null);
  }

  public TaskFormatException(String message, Throwable cause, RefusedTask refused) {
    super(message, cause);
    this.refused = refused;
  }

  /** The single task that cannot be read; empty when it is the source as a whole. */
  public Optional<RefusedTask> refused() {
    return Optional.ofNullable(refused);
  }
}
