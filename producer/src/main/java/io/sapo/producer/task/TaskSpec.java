package io.sapo.producer.task;

import java.util.Optional;

/**
 * Which tasks a run trains on and which it holds back.
 *
 * @param train {@code figures}, {@code topic}, a file of tasks, or a folder with one
 * @param heldOut the same, for evaluation; empty for what {@code train} holds back by itself
 * @param columns how files name their fields
 */
public record TaskSpec(String train, Optional<String> heldOut, TaskColumns columns) {
  /** Tasks in a known layout. */
  public static TaskSpec of(String train) {
    return new TaskSpec(train, Optional.empty(), TaskColumns.KNOWN_LAYOUTS);
  }

  public TaskSpec withHeldOut(String spec) {
    return new TaskSpec(train, Optional.of(spec), columns);
  }
}
