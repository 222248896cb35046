package io.sapo.producer.task;

import io.sapo.schemas.Task;
import java.util.Optional;

/**
 * Where prompts come from. Used by one thread at a time.
 *
 * <p>Task ids are unique within a source and stay the same from run to run, because seeds of
 * rollouts derive from them. A source that goes through its tasks more than once gives every pass
 * ids of its own.
 */
public interface TaskSource extends AutoCloseable {
  /** For people and metrics, such as {@code figures} or a file's name. */
  String name();

  /**
   * The next task, or empty when there is none: at the end of a finite source, or for the moment
   * from a {@linkplain #live() live} one.
   *
   * @throws TaskFormatException when the next task cannot be read; the next call gives the one
   *     after it
   */
  Optional<Task> next();

  /** Whether more tasks may come after {@link #next()} gave none. */
  default boolean live() {
    return false;
  }

  /**
   * What a task's ids of all passes have in common.
   *
   * @param taskId of any pass
   */
  default String ofAnyPass(String taskId) {
    return taskId;
  }

  /**
   * The group id of a task's trajectories: the same whichever producer answers the task, and of no
   * other task. Empty where no other producer can answer it.
   *
   * @param task the very object that {@link #next()} gave
   */
  default Optional<String> groupId(Task task) {
    return Optional.empty();
  }

  /**
   * Says that all that is to become of a task has been published, so that a source that remembers
   * its position need not hand it out again.
   *
   * @param task the very object that {@link #next()} gave
   */
  default void finished(Task task) {}

  @Override
  default void close() {}
}
