package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftLibrariesTest {
  @TempDir Path folder;

  @Test
  void whatKilledProcessesHaveLeftIsDeletedAndNothingElse() throws Exception {
    Instant now = Instant.parse("2026-01-01T12:00:00Z");
    Path left = file("librocksdbjni123.so", now.minus(Duration.ofHours(1)));
    Path loading = file("librocksdbjni456.so", now.minus(Duration.ofSeconds(5)));
    Path other = file("libother.so", now.minus(Duration.ofHours(1)));

    LeftLibraries.sweep(folder, now);

    assertThat(left).doesNotExist();
    assertThat(loading).exists();
    assertThat(other).exists();
    LeftLibraries.sweep(folder.resolve("none"), now);
  }

  private Path file(String name, Instant at) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "x");
    Files.setLastModifiedTime(file, FileTime.from(at));
    return file;
  }
}
