package io.sapo.producer.server;

import io.sapo.policy.checkpoint.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders of weight versions, from which servers load them. Several producers may share them: a
 * version has the same name and content whoever writes it, and appears whole. For the rollout
 * thread.
 */
final class VersionFolders {
  private static final Logger log = LoggerFactory.getLogger(VersionFolders.class);
  private static final String PREFIX = "sapo-v";
  private static final String UNFINISHED = ".sapo-unfinished-";

  /** Versions whose folders stay, for servers that load late or load once more. */
  private static final int KEPT = 4;

  /** Nobody writes for that long: what is older was left by a process that was killed. */
  private static final Duration LEFT_AFTER = Duration.ofHours(1);

  private static final int TRIES = 5;

  private final Path folder;
  private final Duration pause;

  /**
   * @param pause between two tries to write
   */
  VersionFolders(Path folder, Duration pause) {
    this.folder = folder.toAbsolutePath();
    this.pause = pause;
  }

  static String name(long version, String sha256) {
    return PREFIX + version + "-" + sha256.substring(0, 12);
  }

  /**
   * The folder of that name; written first where it is not there. What the disk refuses, a
   * network's for instance, is tried again.
   *
   * @param write makes the folder that it is given
   * @throws UncheckedIOException when it cannot be written
   */
  Path put(String name, Consumer<Path> write) {
    Path target = folder.resolve(name);
    for (int tried = 1; !Files.exists(target); tried++) {
      try {
        Files.createDirectories(folder);
        write(target, write);
      } catch (IOException | UncheckedIOException e) {
        // Another producer may have been faster.
        if (!Files.exists(target)) {
          retry(
              target,
              tried,
              e instanceof UncheckedIOException io ? io.getCause() : (IOException) e);
        }
      }
    }
    return target;
  }

  private void write(Path target, Consumer<Path> write) throws IOException {
    Path own = folder.resolve(UNFINISHED + UUID.randomUUID());
    try {
      write.accept(own);
      Files.move(own, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(own);
    }
  }

  private void retry(Path target, int tried, IOException why) {
    if (tried == TRIES) {
      throw new UncheckedIOException(target + ": cannot be written: " + why.getMessage(), why);
    }
    log.warn("{} is not written yet, trying again: {}", target, why.toString());
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Deletes what no server loads any more. Versions after this one are another producer's, or of a
   * run that has been rewound. What cannot be deleted now is left for the next time.
   *
   * @param inUse whether a server may yet load the folder of that name: vLLM loads an adapter anew
   *     that others have taken the place of in its memory
   */
  void deleteOld(Path newest, long version, Predicate<String> inUse) {
    List<Path> all;
    try (Stream<Path> listed = Files.list(folder)) {
      all = listed.toList();
    } catch (IOException | UncheckedIOException e) {
      log.warn("{} cannot be cleared: {}", folder, e.toString());
      return;
    }
    Stream<Path> old =
        all.stream()
            .filter(path -> path.getFileName().toString().startsWith(PREFIX))
            .filter(path -> !path.equals(newest) && versionOf(path) <= version)
            .sorted(Comparator.comparingLong(VersionFolders::versionOf).reversed())
            .skip(KEPT - 1)
            .filter(path -> !inUse.test(path.getFileName().toString()));
    Stream.concat(old, all.stream().filter(VersionFolders::isLeft)).forEach(VersionFolders::delete);
  }

  private static long versionOf(Path path) {
    String name = path.getFileName().toString();
    try {
      return Long.parseLong(name.substring(PREFIX.length(), name.lastIndexOf('-')));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return Long.MAX_VALUE;
    }
  }

  private static boolean isLeft(Path path) {
    String name = path.getFileName().toString();
    boolean unfinished = name.contains(UNFINISHED) || name.startsWith("." + PREFIX);
    try {
      return unfinished
          && Files.getLastModifiedTime(path).toInstant().isBefore(Instant.now().minus(LEFT_AFTER));
    } catch (IOException e) {
      return false; // Finished meanwhile.
    }
  }

  private static void delete(Path old) {
    try {
      Folders.delete(old);
    } catch (NoSuchFileException e) {
      log.debug("{} is gone: another producer has deleted it", old);
    } catch (IOException | UncheckedIOException e) {
      log.warn("{} cannot be deleted: {}", old, e.toString());
    }
  }
}
