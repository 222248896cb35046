package io.sapo.segmenter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes copies of RocksDB's native library, of 13 MB each, that killed processes have left among
 * the temporary files: it unpacks one for each process and deletes it at an orderly end. A process
 * that has loaded its copy does not need the file any more.
 */
final class LeftLibraries {
  private static final Logger log = LoggerFactory.getLogger(LeftLibraries.class);
  private static final String NAMES = "librocksdbjni*.so";

  /** Younger ones may be about to be loaded. */
  private static final Duration AGE = Duration.ofMinutes(10);

  private LeftLibraries() {}

  static void sweep(Path temporary, Instant now) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary, NAMES)) {
      for (Path file : left) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(AGE))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Another process may sweep, or own them.
      log.debug("{} is not swept", temporary, e);
    }
  }
}
