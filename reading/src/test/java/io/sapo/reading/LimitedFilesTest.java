package io.sapo.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitedFilesTest {
  private static final Path ENDLESS = Path.of("/dev/zero");

  @TempDir Path folder;

  @Test
  void aFileIsReadUpToItsLimit() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "äbc");
    assertThat(WholeFile.text(file, 4)).isEqualTo("äbc");
    assertThat(WholeFile.bytes(file, 400)).hasSize(4);
    assertThatThrownBy(() -> WholeFile.bytes(file, 3))
        .isInstanceOf(FileTooLongException.class)
        .hasMessage(file + ": has more than the 3 bytes that are taken");
    Files.write(file, new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> WholeFile.text(file, 9)).isInstanceOf(CharacterCodingException.class);
  }

  /** It says that it has no bytes, and never ends. */
  @Test
  void aFileWithoutEndIsRefused() {
    assertThatThrownBy(() -> WholeFile.bytes(ENDLESS, 1_000))
        .isInstanceOf(FileTooLongException.class);
  }

  @Test
  void linesComeOneByOne() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "one\r\n\ntwö\nlast");
    try (LimitedLines lines = new LimitedLines(file, 4)) {
      assertThat(lines.next()).isEqualTo("one");
      assertThat(lines.next()).isEmpty();
      assertThat(lines.next()).isEqualTo("twö");
      assertThat(lines.next()).isEqualTo("last");
      assertThat(lines.next()).isNull();
    }
  }

  @Test
  void aLineThatIsTooLongOrNoTextIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "one\nfour5\n");
    try (LimitedLines lines = new LimitedLines(file, 4)) {
      lines.next();
      assertThatThrownBy(lines::next)
          .isInstanceOf(LineException.class)
          .hasMessage(file + ", line 2: has more than the 4 bytes that are taken");
    }
    Files.write(file, "a\nb\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    try (LimitedLines lines = new LimitedLines(file, 4)) {
      lines.next();
      assertThatThrownBy(lines::next)
          .isInstanceOf(LineException.class)
          .hasMessage(file + ", line 2: is no UTF-8 text");
    }
    try (LimitedLines lines = new LimitedLines(ENDLESS, 1_000)) {
      assertThatThrownBy(lines::next)
          .isInstanceOf(LineException.class)
          .hasMessageContaining("line 1");
    }
  }
}
