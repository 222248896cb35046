package io.sapo.policy.profile;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.jinja.JinjaTemplate;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.reading.FileTooLongException;
import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A chat template's text and the file it comes from.
 *
 * @param file name of the file within the folder
 */
record TemplateFile(String text, String file) {
  private static final String PLAIN_TEXT = "chat_template.jinja";
  private static final String KEY = "chat_template";
  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  /**
   * The template that the public library would take: a file of its own before one inside JSON, and
   * with pictures the processor's before the tokenizer's.
   */
  static Optional<TemplateFile> find(CheckpointFolder folder) {
    Path own = folder.path().resolve(PLAIN_TEXT);
    if (Files.isRegularFile(own)) {
      return Optional.of(new TemplateFile(read(own), PLAIN_TEXT));
    }
    return insideJson(folder)
        .map(json -> new TemplateFile(text(json), Path.of(json.where()).getFileName().toString()));
  }

  /**
   * The template that the public library would take for a chat with tools, where that is another: a
   * file of its own before one inside JSON. Processors, which models with pictures have, take none.
   */
  static Optional<TemplateFile> findToolUse(CheckpointFolder folder) {
    if (folder.config().multimodal()) {
      return Optional.empty();
    }
    String name = CheckpointFolder.TEMPLATES + "/" + TOOL_USE + CheckpointFolder.TEMPLATE_SUFFIX;
    Path own = folder.path().resolve(name);
    if (Files.isRegularFile(own)) {
      return Optional.of(new TemplateFile(read(own), name));
    }
    if (Files.isRegularFile(folder.path().resolve(PLAIN_TEXT))) {
      return Optional.empty();
    }
    return insideJson(folder)
        .flatMap(
            json ->
                json.node()
                    .get(KEY)
                    .valueStream()
                    .filter(entry -> entry.path("name").asText().equals(TOOL_USE))
                    .map(entry -> entry.path("template").textValue())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(
                        text ->
                            new TemplateFile(
                                text, Path.of(json.where()).getFileName() + ": " + TOOL_USE)));
  }

  private static Optional<JsonSection> insideJson(CheckpointFolder folder) {
    List<String> files = new ArrayList<>(List.of("chat_template.json", "processor_config.json"));
    files.add(folder.config().multimodal() ? files.size() : 0, "tokenizer_config.json");
    return files.stream()
        .map(folder.path()::resolve)
        .filter(Files::isRegularFile)
        .map(JsonSection::read)
        .filter(json -> json.has(KEY))
        .findFirst();
  }

  private static String read(Path file) {
    try {
      return WholeFile.text(file, 4 * JinjaTemplate.MAX_LENGTH);
    } catch (FileTooLongException e) {
      throw new InvalidCheckpointException(file + ": is too long for a chat template", e);
    } catch (IOException e) {
      throw new InvalidCheckpointException(file + ": cannot be read as UTF-8 text (" + e + ")", e);
    }
  }

  /** One template, or of a list of named ones the default. */
  private static String text(JsonSection json) {
    JsonNode given = json.node().get(KEY);
    if (given.isTextual()) {
      return given.asText();
    }
    List<String> names = new ArrayList<>();
    String only = null;
    for (JsonNode entry : given) {
      only = entry.path("template").textValue();
      names.add(entry.path("name").asText());
      if (entry.path("name").asText().equals(DEFAULT) && only != null) {
        return only;
      }
    }
    if (names.size() == 1 && only != null) {
      return only;
    }
    throw json.error(
        KEY,
        "must be a string or a list of named templates with one named 'default', but has " + names);
  }
}
