package io.sapo.standalone.run;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.producer.TaskSources;
import java.util.Map;
import java.util.TreeMap;

/** What a new run's tasks are told, where nobody has said it. The run keeps it. */
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
}
