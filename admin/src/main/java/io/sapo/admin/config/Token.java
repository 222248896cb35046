package io.sapo.admin.config;

import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A bearer token: as text, or in a file that is read again when it changes, so that a token can be
 * exchanged while the server runs. At most one of the two.
 */
public record Token(Optional<String> text, Optional<Path> file) {
  static final int MIN_CHARS = 16;
  private static final int MAX_CHARS = 4_096;

  public static Token none() {
    return new Token(Optional.empty(), Optional.empty());
  }

  public static Token of(String text) {
    return new Token(Optional.of(text), Optional.empty());
  }

  public boolean isSet() {
    return text.isPresent() || file.isPresent();
  }

  /**
   * What the token is now; white space around a file's content does not count.
   *
   * @throws IOException when its file cannot be read
   */
  public Optional<String> read() throws IOException {
    if (file.isEmpty()) {
      return text;
    }
    return Optional.of(WholeFile.text(file.get(), MAX_CHARS).strip());
  }

  /** One sentence for everything that is wrong with it. */
  List<String> problems(String key) {
    List<String> problems = new ArrayList<>();
    if (text.isPresent() && file.isPresent()) {
      problems.add(key + " and " + key + "-file: give one of the two");
    }
    try {
      read().flatMap(token -> fault(token)).ifPresent(fault -> problems.add(named(key) + fault));
    } catch (IOException e) {
      problems.add(named(key) + " " + file.orElseThrow() + " cannot be read");
    }
    return problems;
  }

  private String named(String key) {
    return file.isPresent() ? key + "-file" : key;
  }

  /** Why this cannot be a token; empty when it can. */
  public static Optional<String> fault(String token) {
    if (token.length() < MIN_CHARS) {
      return Optional.of(" must have at least " + MIN_CHARS + " characters");
    }
    return token.chars().allMatch(c -> c > 0x20 && c < 0x7f)
        ? Optional.empty()
        : Optional.of(" must consist of visible ASCII characters");
  }
}
