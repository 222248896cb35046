package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tasks from files: JSON lines or Parquet. The layout is told by the first row and holds for all.
 * Rows and pictures are read when their turn comes.
 *
 * <p>The order is a function of the seed and the files alone: every pass is a permutation of all
 * rows taken. Tasks of the second pass on carry the pass in their id.
 */
public final class FileTaskSource implements OrderedTaskSource {
  /** What is added to ids so that every pass has its own. */
  private static final Pattern PASS = Pattern.compile("@\\d+$");

  private final String name;
  private final Passes passes;
  private final TaskColumns columns;
  private final TaskRows rows;
  private final int[] taken;
  private final TaskLayout layout;
  private final TaskPictures pictures;
  private int pass;
  private int position;
  private int readable;
  private int[] order = {};

  /**
   * How often and in which order the rows of a file are used.
   *
   * @param count 0 is without end
   * @param seed of the shuffles; empty for the file's own order
   */
  public record Passes(int count, Optional<Long> seed) {
    public static Passes endless(long seed) {
      return new Passes(0, Optional.of(seed));
    }

    public static Passes oneInOrder() {
      return new Passes(1, Optional.empty());
    }
  }

  /** Which rows of a file are taken. */
  public enum Rows {
    ALL(""),
    /** Those that are not held out. */
    TRAINING(" but every tenth row"),
    /** Every tenth row, or the last of fewer. */
    HELD_OUT(" every tenth row");

    private static final int EVERY = 10;
    private final String label;

    Rows(String label) {
      this.label = label;
    }

    private int[] of(int count) {
      return IntStream.range(0, count).filter(row -> takes(row, count)).toArray();
    }

    private boolean takes(int row, int count) {
      boolean heldOut = count > 1 && row % EVERY == Math.min(EVERY, count) - 1;
      return this == ALL || heldOut == (this == HELD_OUT);
    }
  }

  /**
   * @param files all JSON lines (one) or all Parquet
   * @throws TaskFormatException when a file cannot be read, holds no row that is taken, or its
   *     first row has no known layout
   */
  public FileTaskSource(List<Path> files, TaskColumns columns, Rows which, Passes passes) {
    Path first = files.get(0);
    this.name = first.getFileName() + (which == Rows.HELD_OUT ? which.label : "");
    this.passes = passes;
    this.columns = columns;
    this.pictures = new TaskPictures(first.toAbsolutePath().getParent());
    try {
      rows =
          ParquetRows.isParquet(first)
              ? new ParquetRows(files, columns.wanted())
              : new JsonLines(first);
    } catch (IOException e) {
      throw new TaskFormatException("cannot read tasks from " + first + ": " + e.getMessage(), e);
    }
    try {
      taken = which.of(rows.count());
      if (taken.length == 0) {
        throw new TaskFormatException(
            "no tasks in %s: it has %s"
                .formatted(
                    first,
                    rows.count() == 0
                        ? "no " + rows.unit() + "s"
                        : "one alone, which is trained on; name held-out tasks by tasks.held-out"),
            null);
      }
      layout = read(0, row -> TaskLayout.of(columns, row, rows.fields()));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  /** Whether a known layout asks for this text. */
  public static boolean isInstruction(String text) {
    return Stream.of(KnownLayout.values())
        .anyMatch(layout -> layout.instruction().filter(text::equals).isPresent());
  }

  /**
   * See {@link TaskLayout#instruction}.
   *
   * @throws TaskFormatException as the constructor does
   */
  public static Optional<String> instruction(List<Path> files, TaskColumns columns) {
    if (columns.named() || hasPrompts(files.get(0))) {
      return Optional.empty();
    }
    try (FileTaskSource source =
        new FileTaskSource(files, columns, Rows.ALL, Passes.oneInOrder())) {
      return source.layout.instruction();
    }
  }

  /** Of Parquet; what may be large, with pictures in it, is not laid out to look at one row. */
  private static boolean hasPrompts(Path file) {
    try {
      return ParquetRows.isParquet(file)
          && ParquetRows.names(file).stream().anyMatch(Set.of("prompt", "answer_type")::contains);
    } catch (IOException e) {
      throw new TaskFormatException("cannot read tasks from " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Task> next() {
    if (position == order.length) {
      if (passes.count() > 0 && pass == passes.count()) {
        return Optional.empty();
      }
      if (pass > 0 && readable == 0) {
        throw new TaskFormatException(
            "tasks %s: not one of its %d %ss is a readable task"
                .formatted(name, taken.length, rows.unit()),
            null);
      }
      readable = 0;
      pass++;
      order = order(pass);
      position = 0;
    }
    int index = order[position++];
    Task task = read(index, row -> task(index, layout.read(row)));
    readable++;
    return Optional.of(task);
  }

  @Override
  public void seek(long stretch, int length) {
    long first = Math.multiplyExact(stretch, length);
    int wanted = Math.toIntExact(first / taken.length) + 1;
    if (wanted != pass) {
      pass = wanted;
      order = order(pass);
    }
    position = Math.toIntExact(first % taken.length);
    // Other rows of the pass may have been read by others.
    readable = 1;
  }

  private Task task(int index, TaskLayout.Fields fields) {
    String id = fields.id().orElse(rows.file(index) + ":" + rows.number(index));
    ChatPrompt asked = ChatPrompt.of(fields.prompt(), fields.images());
    ChatPrompt prompt = columns.instruction().map(asked::with).orElse(asked);
    return Task.newBuilder()
        .setTaskId(ofPass(id))
        .setPrompt(prompt.text())
        .setMessages(prompt.messages())
        .setPictures(pictures.load(prompt.images()))
        .setAnswer(fields.answer())
        .setVerifier(columns.verifier().orElse(fields.verifier()))
        .setSource(rows.file(index))
        .build();
  }

  /**
   * Later passes are named in the id; so is the first where the file's own id ends as if it named
   * one.
   */
  private String ofPass(String id) {
    boolean plain = pass == 1 && (passes.count() == 1 || !PASS.matcher(id).find());
    return plain ? id : id + "@" + pass;
  }

  @Override
  public String ofAnyPass(String taskId) {
    return passes.count() == 1 ? taskId : PASS.matcher(taskId).replaceFirst("");
  }

  private int[] order(int pass) {
    int[] order = taken.clone();
    if (passes.seed().isPresent()) {
      SplittableRandom random =
          new SplittableRandom(passes.seed().get() + 0x9E3779B97F4A7C15L * pass);
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
    }
    return order;
  }

  private interface RowReader<R> {
    R read(JsonNode row) throws IOException;
  }

  private <R> R read(int index, RowReader<R> reader) {
    try {
      return reader.read(rows.read(index));
    } catch (IOException | IllegalArgumentException | UnreadablePictureException e) {
      throw refused(index, e.getMessage(), e);
    } catch (RuntimeException e) {
      // Reading is a function of the row alone: it would fail at every start.
      throw refused(index, "cannot be read: " + e, e);
    }
  }

  private TaskFormatException refused(int index, String why, Exception cause) {
    return new TaskFormatException(
        rows.where(index) + ": " + why,
        cause,
        new RefusedTask(rows.file(index), -1, rows.number(index), null, bytes(index)));
  }

  private byte[] bytes(int index) {
    try {
      return rows.bytes(index);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  @Override
  public void close() {
    try {
      rows.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the tasks of " + name, e);
    }
  }

  /** For messages about what was opened. */
  @Override
  public String toString() {
    return "%s (%d %ss)".formatted(name, taken.length, rows.unit());
  }
}
