package io.sapo.producer.task;

/** A task that cannot be read; the message names the file and line, or topic and offset. */
public final class TaskFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TaskFormatException(String message) {
    super(message);
  }

  public TaskFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
