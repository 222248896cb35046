package io.sapo.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders of expected outputs by kind: those in the test resources, or others of the same layout
 * given by {@code -Dsapo.reference.KIND=DIR}.
 */
public final class ReferenceFolders {
  private ReferenceFolders() {}

  /** The folder of a kind. */
  public static Path of(String kind) {
    String given = System.getProperty("sapo.reference." + kind);
    if (given == null || given.isBlank()) {
      return Path.of("src/test/resources/reference", kind);
    }
    // Maven runs tests in the module's folder, while who gives a relative path is in the root.
    return Files.exists(Path.of(given)) ? Path.of(given) : Path.of("..").resolve(given);
  }

  /** The folders in a folder, by name. */
  public static List<Path> in(Path folder) {
    return list(folder).stream().filter(Files::isDirectory).toList();
  }

  /** Files of expected outputs in a folder, by name; at least one. */
  public static List<Path> expected(Path folder) {
    List<Path> files =
        list(folder).stream()
            .filter(file -> file.getFileName().toString().endsWith("expected.safetensors"))
            .toList();
    assertThat(files).as("expected outputs in %s", folder.toAbsolutePath()).isNotEmpty();
    return files;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reference folder " + folder.toAbsolutePath(), e);
    }
  }
}
