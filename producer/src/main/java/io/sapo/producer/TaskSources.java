package io.sapo.producer;

import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FigureChainTaskSource;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.task.FileTaskSource;
import io.sapo.producer.task.FileTaskSource.Passes;
import io.sapo.producer.task.FileTaskSource.Rows;
import io.sapo.producer.task.GeneratedTaskSource;
import io.sapo.producer.task.OrderedTaskSource;
import io.sapo.producer.task.Split;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.task.TopicTaskSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Opens what {@code tasks.train} and {@code tasks.held-out} name: {@code figures}, {@code chain}, a
 * file of JSON lines or Parquet, or a folder with one. The {@code tasks} topic ({@value #TOPIC})
 * needs a broker: {@link TopicTaskSource}.
 */
public final class TaskSources {
  public static final String FIGURES = FiguresTaskSource.NAME;
  public static final String TOPIC = "topic";

  private static final Pattern TASK_FILE = Pattern.compile(".*\\.(jsonl|parquet)");

  /** Verifiers that look for the mark of GSM8K. */
  private static final List<String> MARKED = List.of("gsm8k", "gsm8k-steps");

  /** In the order in which they are looked for; {@code data/} is where data sets have shards. */
  private static final List<String> TRAINING =
      List.of(
          "train\\.jsonl",
          "train\\.parquet",
          "questions\\.jsonl",
          "train-\\d+-of-\\d+\\.parquet",
          "data/train-\\d+-of-\\d+\\.parquet");

  private static final List<String> TEST =
      List.of(
          "test\\.jsonl",
          "test\\.parquet",
          "test-\\d+-of-\\d+\\.parquet",
          "data/test-\\d+-of-\\d+\\.parquet");

  private TaskSources() {}

  /**
   * Tasks to train on, without end. A folder stands for its {@code train} file, JSON lines or
   * Parquet, in shards too, else its {@code questions.jsonl}, else the only file of tasks in it.
   * Where nothing else is held out, every tenth row of the file is.
   *
   * @param seed of the generated tasks, or of the order of the file's rows
   * @throws TaskFormatException naming what is wrong with the file or folder
   */
  public static OrderedTaskSource open(TaskSpec spec, long seed) {
    requireNoTopic(spec.train());
    Optional<OrderedTaskSource> made = made(spec.train(), spec, Split.TRAINING, seed);
    if (made.isPresent()) {
      return made.get();
    }
    boolean apart = spec.heldOut().isPresent() || !test(spec.train()).isEmpty();
    return new FileTaskSource(
        training(spec.train()),
        spec.columns(),
        apart ? Rows.ALL : Rows.TRAINING,
        Passes.endless(seed));
  }

  /**
   * Tasks to evaluate on, none of which is trained on: held-out figures, or the rows once, in
   * order, of the file or folder that is named for it, else of the training folder's {@code test}
   * file, else every tenth of the training file.
   *
   * @throws TaskFormatException naming what is wrong with the file or folder
   */
  public static TaskSource heldOut(TaskSpec spec, long seed) {
    String named = spec.heldOut().orElse(spec.train());
    requireNoTopic(named);
    Optional<OrderedTaskSource> made = made(named, spec, Split.HELD_OUT, seed);
    if (made.isPresent()) {
      return made.get();
    }
    List<Path> test = test(named);
    if (spec.heldOut().isPresent()) {
      return all(requireOthers(test.isEmpty() ? training(named) : test, spec), spec);
    }
    return test.isEmpty()
        ? new FileTaskSource(training(named), spec.columns(), Rows.HELD_OUT, Passes.oneInOrder())
        : all(test, spec);
  }

  /**
   * What tasks have to be told so that their verifier finds an answer: of files in the layout of
   * GSM8K, which are judged by a mark that their questions do not ask for. The training files
   * decide, or the held-out ones where those are not here. Empty where another verifier is named.
   * Files that cannot be read are passed over: whoever opens them says why.
   */
  public static Optional<String> instruction(TaskSpec spec) {
    if (!MARKED.containsAll(spec.columns().verifier().stream().toList())) {
      return Optional.empty();
    }
    for (String named : Stream.concat(Stream.of(spec.train()), spec.heldOut().stream()).toList()) {
      try {
        List<Path> files = files(named, named.equals(spec.train()));
        if (!files.isEmpty()) {
          return FileTaskSource.instruction(files, spec.columns());
        }
      } catch (TaskFormatException | UncheckedIOException e) {
        continue;
      }
    }
    return Optional.empty();
  }

  /** Whether {@link #instruction} makes this text. */
  public static boolean isInstruction(String text) {
    return FileTaskSource.isInstruction(text);
  }

  /** None where the text names no files. */
  private static List<Path> files(String named, boolean trained) {
    if (made(named) || named.equals(TOPIC)) {
      return List.of();
    }
    List<Path> test = test(named);
    return trained || test.isEmpty() ? training(named) : test;
  }

  private static TaskSource all(List<Path> files, TaskSpec spec) {
    return new FileTaskSource(files, spec.columns(), Rows.ALL, Passes.oneInOrder());
  }

  private static List<Path> requireOthers(List<Path> heldOut, TaskSpec spec) {
    boolean file = !made(spec.train()) && !spec.train().equals(TOPIC);
    if (file && real(training(spec.train())).stream().anyMatch(real(heldOut)::contains)) {
      throw new TaskFormatException(
          "tasks.held-out names %s, which is trained on; leave it empty to hold every tenth row out"
              .formatted(heldOut.get(0)),
          null);
    }
    return heldOut;
  }

  private static List<Path> real(List<Path> files) {
    return files.stream()
        .map(
            file -> {
              try {
                return file.toRealPath();
              } catch (IOException e) {
                throw new TaskFormatException("cannot read tasks from " + file, e);
              }
            })
        .toList();
  }

  /** A source that makes tasks as they are asked for; empty where the text names no such source. */
  private static Optional<OrderedTaskSource> made(
      String named, TaskSpec spec, Split split, long seed) {
    return made(named, split, seed).map(source -> source.judgedBy(spec.columns().verifier()));
  }

  private static Optional<GeneratedTaskSource<?>> made(String spec, Split split, long seed) {
    if (spec.equals(FIGURES)) {
      return Optional.of(new FiguresTaskSource(split, seed));
    }
    Optional<Lengths> figures = FigureChainTaskSource.lengths(spec);
    if (figures.isPresent()) {
      return Optional.of(new FigureChainTaskSource(split, seed, figures.get()));
    }
    return Lengths.parse(spec).map(lengths -> new ChainTaskSource(split, seed, lengths));
  }

  private static boolean made(String spec) {
    return made(spec, Split.TRAINING, 0).isPresent();
  }

  /** The folder that the pictures of a task file may lie in; empty for tasks from elsewhere. */
  public static Optional<Path> folder(String spec) {
    if (made(spec) || spec.equals(TOPIC)) {
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

  private static List<Path> training(String spec) {
    Path path = Path.of(spec);
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    if (!Files.isDirectory(path)) {
      throw new TaskFormatException(
          ("tasks '%s': no such file or folder; give %s, chain, %s, a .jsonl or .parquet file or a"
                  + " folder with one")
              .formatted(spec, FIGURES, TOPIC),
          null);
    }
    List<Path> found = first(path, TRAINING);
    if (!found.isEmpty()) {
      return found;
    }
    List<Path> all = matching(path, TASK_FILE);
    if (all.size() != 1) {
      throw new TaskFormatException(
          "tasks '%s': the folder holds %s, so name one file of tasks"
              .formatted(spec, all.isEmpty() ? "no .jsonl or .parquet file" : all.toString()),
          null);
    }
    return all;
  }

  private static List<Path> test(String spec) {
    Path path = Path.of(spec);
    return Files.isDirectory(path) ? first(path, TEST) : List.of();
  }

  private static List<Path> first(Path folder, List<String> names) {
    for (String name : names) {
      int slash = name.indexOf('/');
      Path in = slash < 0 ? folder : folder.resolve(name.substring(0, slash));
      List<Path> found = matching(in, Pattern.compile(name.substring(slash + 1)));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static List<Path> matching(Path folder, Pattern name) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> name.matcher(file.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }
}
