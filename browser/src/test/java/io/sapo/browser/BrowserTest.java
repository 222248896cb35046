package io.sapo.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrowserTest {
  @TempDir private Path folder;

  /** A stand-in for chromedriver, which notes each start. */
  private String driver(String says) throws IOException {
    Path script = folder.resolve("chromedriver");
    String starts = folder.resolve("starts").toString();
    Files.writeString(
        script, "#!/bin/sh\necho started >> '%s'\necho '%s'\nexit 1\n".formatted(starts, says));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script.toString();
  }

  private int starts() throws IOException {
    return Files.readAllLines(folder.resolve("starts")).size();
  }

  @Test
  void aPortThatWasTakenInBetweenIsChosenAnew() throws IOException {
    String driver = driver("bind() failed: Address already in use (98)");
    assertThatThrownBy(() -> Browser.open(driver)).hasMessageContaining("bind() failed");
    assertThat(starts()).isEqualTo(5);
  }

  @Test
  void whatElseKeepsItFromStartingIsSaidAtOnce() throws IOException {
    String driver = driver("cannot find Chrome binary");
    assertThatThrownBy(() -> Browser.open(driver)).hasMessageContaining("cannot find Chrome");
    assertThat(starts()).isEqualTo(1);
  }
}
