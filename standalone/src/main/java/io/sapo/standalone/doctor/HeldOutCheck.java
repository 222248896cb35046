package io.sapo.standalone.doctor;

import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigException;
import io.sapo.configuration.Settings;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.Task;
import java.util.Optional;

/** What is held out: whether it can be opened, read and judged. */
final class HeldOutCheck {
  private static final String NAME = "held-out tasks";

  private final Settings settings;

  HeldOutCheck(Settings settings) {
    this.settings = settings;
  }

  Finding examine() {
    Binding binding = new Binding(settings);
    try {
      binding.checkHeldOut();
    } catch (ConfigException e) {
      return Finding.warning(NAME, String.join("; ", e.findings()));
    }
    try (TaskSource source =
        TaskSources.heldOut(binding.tasks(), settings.wide("evaluation.seed"))) {
      return first(source);
    } catch (TaskFormatException e) {
      return Finding.failed(NAME, e.getMessage());
    }
  }

  /**
   * Of the first task that can be read: those before are left out of an evaluation, and no more.
   *
   * @throws TaskFormatException where the source cannot be read
   */
  private Finding first(TaskSource source) {
    int refused = 0;
    String why = "";
    while (true) {
      try {
        Optional<Task> task = source.next();
        if (task.isEmpty()) {
          return Finding.failed(NAME, source.name() + ": there is no readable task; " + why);
        }
        String detail = source.name() + ", the first is " + task.get().getTaskId();
        Optional<String> unknown = new KnownVerifiers(settings).objection(task.get());
        if (unknown.isPresent()) {
          return Finding.failed(NAME, detail + unknown.get());
        }
        return refused == 0
            ? Finding.ok(NAME, detail)
            : Finding.warning(
                NAME, "%s; %d before it cannot be read: %s".formatted(detail, refused, why));
      } catch (TaskFormatException e) {
        if (e.refused().isEmpty()) {
          throw e;
        }
        why = refused == 0 ? e.getMessage() : why;
        refused++;
      }
    }
  }
}
