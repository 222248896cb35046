package io.sapo.standalone.tensorboard;

import io.sapo.command.CommandFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** An event file that is only appended to, so that concurrent readers stay valid. */
final class EventFile {
  private static final int BUFFER = 1 << 16;

  private EventFile() {}

  /** Writes all that a file shall hold, the same bytes each time. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Appends what is missing; a last write that was cut short is completed. The whole is never in
   * memory.
   *
   * @return bytes written
   * @throws CommandFailure where the file holds something else
   */
  static long grow(Path file, Content whole) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (InputStream there = read(file);
        OutputStream more =
            new BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
      Growing growing = new Growing(file, there, more);
      whole.writeTo(growing);
      growing.end();
      return growing.written;
    }
  }

  private static InputStream read(Path file) throws IOException {
    try {
      return new BufferedInputStream(Files.newInputStream(file), BUFFER);
    } catch (NoSuchFileException e) {
      return new ByteArrayInputStream(new byte[0]);
    }
  }

  /** Compares as far as the file goes, then appends. */
  private static final class Growing extends OutputStream {
    private final Path file;
    private final InputStream there;
    private final OutputStream more;
    private boolean compared;
    private long written;

    Growing(Path file, InputStream there, OutputStream more) {
      this.file = file;
      this.there = there;
      this.more = more;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      int same = compared ? 0 : compare(bytes, from, length);
      more.write(bytes, from + same, length - same);
      written += length - same;
    }

    /** How many of them the file has already; fewer than all at its end. */
    private int compare(byte[] bytes, int from, int length) throws IOException {
      byte[] found = there.readNBytes(length);
      if (!Arrays.equals(found, 0, found.length, bytes, from, from + found.length)) {
        throw other();
      }
      compared = found.length < length;
      return found.length;
    }

    void end() throws IOException {
      if (!compared && there.read() >= 0) {
        throw other();
      }
    }

    private CommandFailure other() {
      return CommandFailure.failed(
          file
              + " is not what this run has measured so far, so it is left alone; name another folder with --to");
    }
  }
}
