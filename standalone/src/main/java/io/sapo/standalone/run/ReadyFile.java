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
 * A file that exists while a role is ready, for readiness probes; and another beside it, {@code
 * NAME.alive}, that exists from the role's start on and whose modification time is that of the
 * role's last progress, for startup and liveness probes: what a role does before it is ready, such
 * as a recovery, may take hours. For one thread.
 */
final class ReadyFile {
  private static final Logger log = LoggerFactory.getLogger(ReadyFile.class);
  private static final long TOUCH_EVERY_MS = 5_000;

  private final Path file;
  private final Path alive;
  private final Duration stuckAfter;
  private boolean stuck;

  /**
   * @param stuckAfter without progress for so long, a role counts as stuck
   */
  ReadyFile(Path file, Duration stuckAfter) {
    this.file = file;
    this.alive = file.resolveSibling(file.getFileName() + ".alive");
    this.stuckAfter = stuckAfter;
  }

  /** The role is ready. */
  void write(String line) {
    write(file, line);
  }

  private static void write(Path file, String line) {
    try {
      Files.writeString(file, line + "\n");
    } catch (IOException e) {
      throw CommandFailure.failed("--ready-file " + file + ": no file can be written there", e);
    }
  }

  /** Both. */
  void delete() {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(alive);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted", e);
    }
  }

  /** The role has been started: from now on {@link #look} is called. */
  void started() {
    write(alive, "started");
  }

  /** To be called every now and then while the role is there: touches the second file, or not. */
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
      FileTime before = Files.getLastModifiedTime(alive);
      if (now.toMillis() - before.toMillis() >= TOUCH_EVERY_MS) {
        Files.setLastModifiedTime(alive, now);
      }
    } catch (NoSuchFileException e) {
      log.debug("{} is gone", alive);
    } catch (IOException e) {
      log.warn("{} cannot be touched: {}", alive, e.toString());
    }
  }
}
