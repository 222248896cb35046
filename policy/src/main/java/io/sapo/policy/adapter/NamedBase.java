package io.sapo.policy.adapter;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.network.StoredWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The base that adapters name, held against the one that they are to be trained over: adapters of a
 * model's base fit its instructed sister too, and are worth nothing there.
 */
final class NamedBase {
  private static final Logger log = LoggerFactory.getLogger(NamedBase.class);
  private static final int MOST_SHOWN = 200;

  private NamedBase() {}

  /**
   * Compares elements where the name is a folder on this machine, and another than the checkpoint;
   * of a name from elsewhere it can only be said that the checkpoint has another, which is logged.
   *
   * @param where the adapters lie
   * @throws InvalidCheckpointException naming the first tensor that differs
   */
  static void check(AdapterFolder adapters, Path where, CheckpointFolder checkpoint) {
    Optional<Path> named = adapters.baseModel().flatMap(NamedBase::folder);
    if (named.isEmpty()) {
      adapters
          .baseModel()
          .filter(name -> !sameName(name, checkpoint.path()))
          .ifPresent(
              name ->
                  log.warn(
                      "{}: holds adapters of {}, which is not here to be compared; make sure that {} is that model: adapters of another one fit, and are worth nothing",
                      where,
                      shown(name),
                      checkpoint.path()));
      return;
    }
    if (same(named.get(), checkpoint.path())) {
      return;
    }
    try (SafetensorsReader ours = checkpoint.openWeights();
        SafetensorsReader theirs = SafetensorsReader.open(named.get())) {
      StoredWeights.firstDifference(ours, theirs, checkpoint.config())
          .ifPresent(
              tensor -> {
                throw new InvalidCheckpointException(
                    "%s: holds adapters of %s, whose tensor %s is another than that of %s; name adapters over the latter"
                        .formatted(where, named.get(), tensor.name(), checkpoint.path()));
              });
    }
  }

  /**
   * Whether a folder is called as a model of a hub is, or as a folder elsewhere: by itself, or
   * above, as in a hub's cache ({@code models--OWNER--NAME/snapshots/REVISION}).
   */
  static boolean sameName(String name, Path folder) {
    String last = last(name);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      return true; // no name at all
    }
    for (Path part : folder.toAbsolutePath().normalize()) {
      String own = part.toString().replaceFirst("^models--.*--", "");
      if (own.equalsIgnoreCase(last)) {
        return true;
      }
    }
    return false;
  }

  /** What stands behind the last separator that is not at the end. */
  private static String last(String name) {
    int end = name.length();
    while (end > 0 && separates(name.charAt(end - 1))) {
      end--;
    }
    int begin = end;
    while (begin > 0 && !separates(name.charAt(begin - 1))) {
      begin--;
    }
    return name.substring(begin, end);
  }

  private static boolean separates(char c) {
    return c == '/' || c == '\\';
  }

  private static String shown(String name) {
    return name.length() <= MOST_SHOWN ? name : name.substring(0, MOST_SHOWN) + "…";
  }

  private static Optional<Path> folder(String name) {
    try {
      Path folder = Path.of(name);
      boolean weights =
          Files.exists(folder.resolve(SafetensorsReader.SINGLE_FILE))
              || Files.exists(folder.resolve(SafetensorsReader.INDEX_FILE));
      return weights ? Optional.of(folder) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty(); // no name of a folder
    }
  }

  private static boolean same(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
