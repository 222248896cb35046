package io.sapo.reading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that are held in memory whole: as many bytes as may be, and no more, whatever the file says
 * of its own length ({@code /dev/zero}, {@code /proc}, one that is still written).
 */
public final class WholeFile {
  private WholeFile() {}

  /**
   * @param most bytes
   * @throws FileTooLongException when there are more
   */
  public static byte[] bytes(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] read = in.readNBytes(most);
      if (read.length == most && in.read() >= 0) {
        throw new FileTooLongException(file, most);
      }
      return read;
    }
  }

  /**
   * As {@link #bytes}, as text.
   *
   * @throws java.nio.charset.CharacterCodingException when it is no UTF-8
   */
  public static String text(Path file, int most) throws IOException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes(file, most)))
        .toString();
  }
}
