package io.sapo.configuration;

import io.sapo.pictures.PictureFiles;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.policy.profile.PromptForm;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskColumns;
import io.sapo.producer.task.TaskSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tasks, their pictures, and how they are written down for a model. */
final class TaskBinding {
  private final Settings settings;

  TaskBinding(Settings settings) {
    this.settings = settings;
  }

  TaskSpec tasks() {
    return new TaskSpec(
        settings.text("tasks.train"),
        settings.optionalText("tasks.held-out"),
        new TaskColumns(
            settings.optionalText("tasks.columns.prompt"),
            settings.optionalText("tasks.columns.answer"),
            settings.optionalText("tasks.columns.images"),
            settings.optionalText("tasks.columns.id"),
            settings.optionalText("tasks.verifier"),
            settings.optionalText("tasks.instruction")));
  }

  Curriculum.Bounds curriculum() {
    return new Curriculum.Bounds(
        settings.number("tasks.curriculum.skip-below"),
        settings.number("tasks.curriculum.skip-above"),
        settings.number("tasks.curriculum.ask-anyway"));
  }

  /** Pictures lie in the configured folders and in those of the task files. */
  PictureFiles pictureFiles() {
    List<Path> roots = new ArrayList<>();
    settings
        .optionalText("tasks.picture-folders")
        .ifPresent(
            folders -> List.of(folders.split("\\s*,\\s*")).forEach(f -> roots.add(Path.of(f))));
    TaskSources.folder(settings.text("tasks.train")).ifPresent(roots::add);
    settings.optionalText("tasks.held-out").flatMap(TaskSources::folder).ifPresent(roots::add);
    return new PictureFiles(roots);
  }

  /** What is said about the checkpoint's prompts; the same for all who make them. */
  ProfileSettings profile() {
    return new ProfileSettings(
        settings.constant("model.prompt-template", PromptForm.class),
        settings
            .optionalText("model.stop-tokens")
            .map(names -> List.of(names.strip().split("\\s+")))
            .orElse(List.of()),
        templateSettings());
  }

  /** Pairs of a name and a value; true, false and numbers are what they look like. */
  private Map<String, Object> templateSettings() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String pair : settings.optionalText("model.template-settings").orElse("").split("\\s+")) {
      if (!pair.isEmpty()) {
        String value = pair.substring(pair.indexOf('=') + 1);
        Object read =
            value.matches("true|false")
                ? (Object) Boolean.valueOf(value)
                : value.matches("-?\\d{1,18}") ? (Object) Long.valueOf(value) : value;
        values.put(pair.substring(0, pair.indexOf('=')), read);
      }
    }
    return values;
  }
}
