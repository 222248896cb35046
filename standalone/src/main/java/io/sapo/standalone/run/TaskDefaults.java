package io.sapo.standalone.run;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What tasks are told, where nobody has said it. A run keeps it; roles that are processes of their
 * own find it out by the same files.
 */
public final class TaskDefaults {
  private static final String KEY = "tasks.instruction";

  private TaskDefaults() {}

  /** Looks at the first rows of the files that are named, where they can be read. */
  public static Settings fit(Settings settings) {
    if (settings.origin(KEY).layer() != Origin.Layer.DEFAULT) {
      return settings;
    }
    return TaskSources.instruction(new Binding(settings).tasks())
        .map(
            text ->
                settings.with(
                    new TreeMap<>(Map.of(KEY, text)),
                    new Origin(
                        Origin.Layer.FITTED,
                        "fits the tasks: verl's for GSM8K, whose questions do not say how an answer"
                            + " is marked")))
        .orElse(settings);
  }

  /**
   * Of a recorded run that is evaluated on other tasks than its own: what was chosen for its own
   * goes with them.
   */
  public static Settings fitEvaluated(Settings settings) {
    boolean others = settings.origin("tasks.held-out").layer().compareTo(Origin.Layer.RUN) > 0;
    boolean chosen =
        settings.origin(KEY).layer() == Origin.Layer.RUN
            && settings.optionalText(KEY).filter(TaskSources::isInstruction).isPresent();
    if (!others || !chosen) {
      return settings;
    }
    TaskSpec spec = new Binding(settings).tasks();
    TaskSpec evaluated =
        new TaskSpec(spec.heldOut().orElseThrow(), Optional.empty(), spec.columns());
    return settings.with(
        new TreeMap<>(Map.of(KEY, TaskSources.instruction(evaluated).orElse(""))),
        new Origin(Origin.Layer.FITTED, "fits the tasks that are evaluated"));
  }
}
