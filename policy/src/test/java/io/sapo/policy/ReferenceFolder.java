package io.sapo.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of reference cases: the one in the test resources, or the one that {@code
 * -Dsapo.reference.NAME=DIR} names, laid out alike.
 */
public final class ReferenceFolder {
  private ReferenceFolder() {}

  public static Path of(String name) {
    String given = System.getProperty("sapo.reference." + name);
    if (given == null || given.isBlank()) {
      return Path.of("src/test/resources/reference").resolve(name);
    }
    // Maven runs tests in the module's folder, while who gives a relative path is in the root.
    return Files.exists(Path.of(given)) ? Path.of(given) : Path.of("..").resolve(given);
  }

  public static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reference folder " + folder.toAbsolutePath(), e);
    }
  }
}
