package io.sapo.evaluator;

import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.Task;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of an evaluation, the same each time, whatever becomes of the files that they come
 * from. They lie in a temporary file, since some hundred tasks with pictures do not fit the heap,
 * and are read one by one. For one thread.
 */
final class HeldOutTasks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HeldOutTasks.class);

  private final FileChannel file;
  private final List<Long> ends = new ArrayList<>();
  private String source = "";
  private int unreadable;

  private HeldOutTasks() throws IOException {
    Path path = Files.createTempFile("sapo-held-out", ".tasks");
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /**
   * The first {@code count} of a source.
   *
   * @throws TaskFormatException when there is none
   */
  static HeldOutTasks read(TaskSpec spec, long seed, int count) {
    HeldOutTasks found = null;
    try (TaskSource source = TaskSources.heldOut(spec, seed)) {
      found = new HeldOutTasks();
      found.take(source, count);
      if (found.size() == 0) {
        throw new TaskFormatException(
            "tasks '" + spec.heldOut().orElse(spec.train()) + "': there is no readable task", null);
      }
      return found;
    } catch (IOException | RuntimeException e) {
      if (found != null) {
        found.close();
      }
      throw e instanceof IOException io
          ? new UncheckedIOException("keeping held-out tasks in a temporary file", io)
          : (RuntimeException) e;
    }
  }

  private void take(TaskSource tasks, int count) throws IOException {
    source = tasks.name();
    boolean more = true;
    while (more && size() < count) {
      try {
        Optional<Task> next = tasks.next();
        more = next.isPresent();
        if (more) {
          append(next.get().toByteBuffer());
        }
      } catch (TaskFormatException e) {
        log.warn("skipped in the evaluation: {}", e.getMessage());
        unreadable++;
      }
    }
  }

  private void append(ByteBuffer task) throws IOException {
    while (task.hasRemaining()) {
      file.write(task);
    }
    ends.add(file.position());
  }

  /** Where they come from. */
  String source() {
    return source;
  }

  int size() {
    return ends.size();
  }

  /** Lines that were no task. */
  int unreadable() {
    return unreadable;
  }

  /** A task with its pictures; nobody else holds it. */
  Task get(int index) {
    long begin = index == 0 ? 0 : ends.get(index - 1);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(ends.get(index) - begin));
    try {
      while (bytes.hasRemaining()) {
        if (file.read(bytes, begin + bytes.position()) < 0) {
          throw new EOFException("it ends within task " + index);
        }
      }
      return Task.fromByteBuffer(bytes.flip());
    } catch (IOException e) {
      throw new UncheckedIOException("reading held-out tasks from a temporary file", e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      log.warn("a temporary file of held-out tasks stays: {}", e.toString());
    }
  }
}
