package io.sapo.producer.task;

import io.sapo.producer.figures.FiguresTaskSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens what {@code --tasks} names: {@code figures}, a file of JSON lines, or a folder with one.
 * The {@code tasks} topic ({@value #TOPIC}) needs a broker: {@link TopicTaskSource}.
 */
public final class TaskSources {
  public static final String FIGURES = "figures";
  public static final String TOPIC = "topic";

  private TaskSources() {}

  /**
   * Tasks to train on, without end. A folder stands for its {@code train.jsonl}, else its {@code
   * questions.jsonl}, else the only {@code .jsonl} file in it.
   *
   * @param seed of the figures drawn, or of the order of the file's lines
   * @throws TaskFormatException naming what is wrong with the file or folder
   */
  public static OrderedTaskSource open(String spec, long seed) {
    requireNoTopic(spec);
    return spec.equals(FIGURES)
        ? new FiguresTaskSource(FiguresTaskSource.Split.TRAINING, seed)
        : new JsonLinesTaskSource(
            file(spec, List.of("train.jsonl", "questions.jsonl")),
            JsonLinesTaskSource.Passes.endless(seed));
  }

  /**
   * Tasks to evaluate on: held-out figures, or a file's lines once, in order. A folder stands for
   * its {@code test.jsonl} if it has one; otherwise, and for a file, these are the training tasks.
   */
  public static TaskSource heldOut(String spec, long seed) {
    requireNoTopic(spec);
    return spec.equals(FIGURES)
        ? new FiguresTaskSource(FiguresTaskSource.Split.HELD_OUT, seed)
        : new JsonLinesTaskSource(
            file(spec, List.of("test.jsonl", "questions.jsonl")),
            JsonLinesTaskSource.Passes.oneInOrder());
  }

  /** The folder that the pictures of a task file may lie in; empty for tasks from elsewhere. */
  public static Optional<Path> folder(String spec) {
    if (spec.equals(FIGURES) || spec.equals(TOPIC)) {
      return Optional.empty();
    }
    Path path = Path.of(spec).toAbsolutePath();
    return Optional.of(Files.isDirectory(path) ? path : path.getParent());
  }

  private static void requireNoTopic(String spec) {
    if (spec.equals(TOPIC)) {
      throw new IllegalArgumentException(
          "tasks from the topic come through the broker, not from a file");
    }
  }

  private static Path file(String spec, List<String> preferred) {
    Path path = Path.of(spec);
    if (Files.isRegularFile(path)) {
      return path;
    }
    if (!Files.isDirectory(path)) {
      throw new TaskFormatException(
          "tasks '%s': no such file or folder; give %s, %s, a .jsonl file or a folder with one"
              .formatted(spec, FIGURES, TOPIC),
          null);
    }
    for (String name : preferred) {
      if (Files.isRegularFile(path.resolve(name))) {
        return path.resolve(name);
      }
    }
    List<Path> found = jsonLines(path);
    if (found.size() != 1) {
      throw new TaskFormatException(
          "tasks '%s': the folder holds %s, so name one .jsonl file"
              .formatted(spec, found.isEmpty() ? "no .jsonl file" : found.toString()),
          null);
    }
    return found.get(0);
  }

  private static List<Path> jsonLines(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }
}
