package io.sapo.reading;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lines of a text from outside, one at a time. A line without end is refused as soon as it is
 * longer than one may be. For one thread.
 */
public final class LimitedLines implements Closeable {
  private final Path file;
  private final InputStream in;
  private final int most;
  private int number;

  /**
   * @param most bytes of a line
   */
  public LimitedLines(Path file, int most) throws IOException {
    this.file = file;
    this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    this.most = most;
  }

  /**
   * The next line without its end, {@code \n} or {@code \r\n}; null behind the last.
   *
   * @throws LineException naming file and line, when it is too long or no UTF-8
   */
  public String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    number++;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() == most) {
        throw new LineException(
            "%s, line %d: has more than the %d bytes that are taken".formatted(file, number, most));
      }
      line.write(next);
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new LineException("%s, line %d: is no UTF-8 text".formatted(file, number));
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
