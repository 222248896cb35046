package io.sapo.evaluator;

import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of an evaluation, the same each time.
 *
 * @param unreadable lines that were no task
 */
record HeldOutTasks(String source, List<Task> tasks, int unreadable) {
  private static final Logger log = LoggerFactory.getLogger(HeldOutTasks.class);

  /**
   * The first {@code count} of a source.
   *
   * @throws TaskFormatException when there is none
   */
  static HeldOutTasks read(TaskSpec spec, long seed, int count) {
    try (TaskSource source = TaskSources.heldOut(spec, seed)) {
      List<Task> tasks = new ArrayList<>();
      int unreadable = 0;
      boolean more = true;
      while (more && tasks.size() < count) {
        try {
          Optional<Task> next = source.next();
          next.ifPresent(tasks::add);
          more = next.isPresent();
        } catch (TaskFormatException e) {
          log.warn("skipped in the evaluation: {}", e.getMessage());
          unreadable++;
        }
      }
      if (tasks.isEmpty()) {
        throw new TaskFormatException(
            "tasks '" + spec.heldOut().orElse(spec.train()) + "': there is no readable task", null);
      }
      return new HeldOutTasks(source.name(), List.copyOf(tasks), unreadable);
    }
  }
}
