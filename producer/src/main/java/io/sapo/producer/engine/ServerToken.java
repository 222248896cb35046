package io.sapo.producer.engine;

import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The bearer token of inference servers: as text, or in a file that is read for every request, so
 * that it can be exchanged.
 */
public record ServerToken(Optional<String> text, Optional<Path> file) {
  private static final int MAX_CHARS = 8_192;

  public static final ServerToken NONE = new ServerToken(Optional.empty(), Optional.empty());

  /**
   * @throws IllegalArgumentException when there are both
   */
  public ServerToken {
    if (text.isPresent() && file.isPresent()) {
      throw new IllegalArgumentException(
          "producer.server-token and producer.server-token-file: give one of the two");
    }
  }

  /**
   * What the token is now; white space around a file's content does not count.
   *
   * @throws IOException naming the file, when it cannot be read or holds what no header takes
   */
  public Optional<String> read() throws IOException {
    if (file.isEmpty()) {
      return text;
    }
    String read;
    try {
      read = WholeFile.text(file.get(), MAX_CHARS).strip();
    } catch (IOException e) {
      throw new IOException("producer.server-token-file cannot be read: " + e, e);
    }
    if (read.isEmpty() || !read.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IOException(
          "producer.server-token-file %s must hold one word of visible ASCII characters"
              .formatted(file.get()));
    }
    return Optional.of(read);
  }

  /** Whether there is a token, not which: settings end up in logs. */
  @Override
  public String toString() {
    return file.map(Path::toString).orElse(text.isPresent() ? "set" : "none");
  }
}
