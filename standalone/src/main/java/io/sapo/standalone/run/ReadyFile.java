package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that exists while a role is ready, and whose modification time is that of the role's last
 * progress: readiness and liveness probes look at these. For one thread.
 */
final class ReadyFile {
  private static final Logger log = LoggerFactory.getLogger(ReadyFile.class);
  private static final long TOUCH_EVERY_MS = 5_000;

  private final Path file;
  private final Duration stuckAfter;
  private boolean stuck;

  /**
   * @param stuckAfter without progress for so long, a role counts as stuck
   */
  ReadyFile(Path file, Duration stuckAfter) {
    this.file = file;
    this.stuckAfter = stuckAfter;
  }

  void write(String line) {
    try {
      Files.writeString(file, line + "\n");
    } catch (IOException e) {
      throw CommandFailure.failed("--ready-file " + file + ": no file can be written there", e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted", e);
    }
  }

  /** To be called every now and then while the role does its work: touches the file, or not. */
  void look(Role role) {
    boolean before = stuck;
    stuck = role.sinceProgress().compareTo(stuckAfter) > 0;
    if (stuck && !before) {
      log.error(
          "no progress for {} s (run.stuck-after is {} s); it is in {}",
          role.sinceProgress().toSeconds(),
          stuckAfter.toSeconds(),
          role.where());
    } else if (before && !stuck) {
      log.warn("it makes progress again");
    }
    if (!stuck) {
      touch();
    }
  }

  private void touch() {
    try {
      FileTime now = FileTime.fromMillis(System.currentTimeMillis());
      FileTime before = Files.getLastModifiedTime(file);
      if (now.toMillis() - before.toMillis() >= TOUCH_EVERY_MS) {
        Files.setLastModifiedTime(file, now);
      }
    } catch (NoSuchFileException e) {
      log.debug("{} is gone", file);
    } catch (IOException e) {
      log.warn("{} cannot be touched: {}", file, e.toString());
    }
  }
}
