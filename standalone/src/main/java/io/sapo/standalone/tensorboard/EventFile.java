package io.sapo.standalone.tensorboard;

import io.sapo.command.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** An event file that is only appended to, so that concurrent readers stay valid. */
final class EventFile {

  private EventFile() {}

  /**
   * Appends what is missing; a last write that was cut short is completed.
   *
   * @param whole all that the file shall hold
   * @return bytes written
   * @throws CommandFailure where the file holds something else
   */
  static int grow(Path file, byte[] whole) throws IOException {
    byte[] there = read(file);
    if (there.length > whole.length || !Arrays.equals(there, Arrays.copyOf(whole, there.length))) {
      throw CommandFailure.failed(
          file
              + " is not what this run has measured so far, so it is left alone; name another folder with --to");
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(
        file,
        Arrays.copyOfRange(whole, there.length, whole.length),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return whole.length - there.length;
  }

  private static byte[] read(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }
}
