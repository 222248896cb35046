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

/**
 * The base that adapters name, held against the one that they are to be trained over: adapters of a
 * model's base fit its instructed sister too, and are worth nothing there.
 */
final class NamedBase {
  private NamedBase() {}

  /**
   * Compares elements where the name is a folder on this machine, and another than the checkpoint;
   * what a name from elsewhere stands for is not known here.
   *
   * @param where the adapters lie
   * @throws InvalidCheckpointException naming the first tensor that differs
   */
  static void check(AdapterFolder adapters, Path where, CheckpointFolder checkpoint) {
    Optional<Path> named = adapters.baseModel().flatMap(NamedBase::folder);
    if (named.isEmpty() || same(named.get(), checkpoint.path())) {
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
