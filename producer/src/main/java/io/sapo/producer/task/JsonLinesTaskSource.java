package io.sapo.producer.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Tasks from a file of JSON lines. The layout is told by the first line and holds for all. Lines
 * and pictures are read when their turn comes.
 *
 * <p>The order is a function of the seed and the file alone: every pass is a permutation of all
 * lines. Tasks of the second pass on carry the pass in their id.
 */
final class JsonLinesTaskSource implements OrderedTaskSource {
  static {
    RecordCodec.trustRecords();
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Passes passes;
  private final LineFile lines;
  private final TaskLayout layout;
  private final PictureFiles pictures;
  private int pass;
  private int position;
  private int readable;
  private int[] order = {};

  /**
   * How often and in which order a file is gone through.
   *
   * @param count 0 is without end
   * @param seed of the shuffles; empty for the file's own order
   */
  record Passes(int count, Optional<Long> seed) {
    static Passes endless(long seed) {
      return new Passes(0, Optional.of(seed));
    }

    static Passes oneInOrder() {
      return new Passes(1, Optional.empty());
    }
  }

  /**
   * @throws TaskFormatException when the file cannot be read, is empty, or its first line has no
   *     known layout
   */
  JsonLinesTaskSource(Path file, Passes passes) {
    this.file = file;
    this.passes = passes;
    this.pictures = new PictureFiles(file.toAbsolutePath().getParent());
    try {
      lines = new LineFile(file);
    } catch (IOException e) {
      throw new TaskFormatException("cannot read tasks from " + file + ": " + e.getMessage(), e);
    }
    try {
      if (lines.count() == 0) {
        throw new TaskFormatException("no tasks in " + file + ": it has no lines", null);
      }
      layout = read(0, TaskLayout::of);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return file.getFileName().toString();
  }

  @Override
  public Optional<Task> next() {
    if (position == order.length) {
      if (passes.count() > 0 && pass == passes.count()) {
        return Optional.empty();
      }
      if (pass > 0 && readable == 0) {
        throw new TaskFormatException(
            "tasks %s: not one of its %d lines is a readable task".formatted(file, lines.count()),
            null);
      }
      readable = 0;
      pass++;
      order = order(pass);
      position = 0;
    }
    int index = order[position++];
    Task task = read(index, line -> task(index, layout.read(line)));
    readable++;
    return Optional.of(task);
  }

  @Override
  public void seek(long stretch, int length) {
    long first = Math.multiplyExact(stretch, length);
    int wanted = Math.toIntExact(first / lines.count()) + 1;
    if (wanted != pass) {
      pass = wanted;
      order = order(pass);
    }
    position = Math.toIntExact(first % lines.count());
    // Other lines of the pass may have been read by others.
    readable = 1;
  }

  private Task task(int index, TaskLayout.Fields fields) throws IOException {
    String id = fields.id().orElse(name() + ":" + lines.number(index));
    return Task.newBuilder()
        .setTaskId(pass == 1 ? id : id + "@" + pass)
        .setPrompt(fields.prompt())
        .setPictures(pictures.load(fields.images()))
        .setAnswer(fields.answer())
        .setVerifier(fields.verifier())
        .setSource(name())
        .build();
  }

  private int[] order(int pass) {
    int[] order = new int[lines.count()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
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

  private interface LineReader<R> {
    R read(ObjectNode line) throws IOException;
  }

  private <R> R read(int index, LineReader<R> reader) {
    byte[] bytes = {};
    try {
      bytes = lines.read(index);
      JsonNode line = JSON.readTree(bytes);
      if (!(line instanceof ObjectNode object)) {
        throw new IllegalArgumentException("not a JSON object");
      }
      return reader.read(object);
    } catch (JsonProcessingException e) {
      throw failure(index, bytes, "not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw failure(index, bytes, e.getMessage(), e);
    }
  }

  private TaskFormatException failure(int index, byte[] bytes, String what, Exception cause) {
    int number = lines.number(index);
    return new TaskFormatException(
        "%s, line %d: %s".formatted(file, number, what),
        cause,
        new RefusedTask(name(), -1, number, null, bytes));
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + file, e);
    }
  }

  /** For messages about what was opened. */
  @Override
  public String toString() {
    return "%s (%s, %d lines)".formatted(file, layout, lines.count());
  }
}
