package io.sapo.learner.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.learner.FaultHook;
import io.sapo.learner.FaultPoint;
import io.sapo.policy.checkpoint.NamedTensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder {@code checkpoints/} of a data folder. Version 0 is never deleted: it is the reference
 * policy. One writer at a time; readers at any time.
 */
public final class CheckpointStore {

  private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String PREFIX = "version-";
  private static final String TEMPORARY = ".writing-";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path dataFolder;
  private final Path root;
  private final int keep;
  private final FaultHook faults;

  /**
   * @param keep newest checkpoints to keep, at least 2, so that a damaged one is not the last
   */
  public CheckpointStore(Path dataFolder, int keep, FaultHook faults) {
    if (keep < 2) {
      throw new IllegalArgumentException("at least 2 checkpoints must be kept, got " + keep);
    }
    this.dataFolder = dataFolder;
    this.root = dataFolder.resolve("checkpoints");
    this.keep = keep;
    this.faults = faults;
  }

  /** The folder of a version, whether it exists or not. */
  public Path folder(long version) {
    return root.resolve(PREFIX + "%010d".formatted(version));
  }

  /** As {@link #folder}, relative to the data folder, for commit records. */
  public String relativeFolder(long version) {
    return dataFolder.relativize(folder(version)).toString().replace('\\', '/');
  }

  /** Versions present, ascending; a folder whose name is none is an error. */
  public List<Long> versions() {
    List<Long> versions = new ArrayList<>();
    for (Path folder : listed()) {
      String name = folder.getFileName().toString();
      if (name.startsWith(PREFIX)) {
        versions.add(Long.valueOf(name.substring(PREFIX.length())));
      }
    }
    versions.sort(Comparator.naturalOrder());
    return versions;
  }

  /**
   * Writes a checkpoint and deletes those no longer kept.
   *
   * @param companions files of the model beside its weights, see {@link
   *     io.sapo.policy.checkpoint.CheckpointFolder#companions}
   */
  public void write(Snapshot snapshot, Map<String, byte[]> companions) {
    long version = snapshot.manifest().version();
    Path target = folder(version);
    Path temporary = root.resolve(TEMPORARY + target.getFileName());
    try {
      deleteTree(temporary);
      Files.createDirectories(temporary);
      CheckpointFiles.write(temporary, snapshot, companions);
      Files.write(
          temporary.resolve(CheckpointFiles.MANIFEST),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(snapshot.manifest()));
      syncFile(temporary.resolve(CheckpointFiles.MANIFEST));
      syncFolder(temporary);
      faults.reached(FaultPoint.CHECKPOINT_WRITTEN);
      deleteTree(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(root);
      faults.reached(FaultPoint.CHECKPOINT_RENAMED);
      retain();
    } catch (IOException e) {
      throw new CheckpointException(target + ": cannot be written: " + e, e);
    }
  }

  /**
   * Writes the actor as {@code exports/version-…} of the data folder, a Hugging Face folder that is
   * kept until somebody deletes it. A version exported before is left as it is.
   */
  public Path export(long version, List<NamedTensor> actor, Map<String, byte[]> companions) {
    Path target = dataFolder.resolve("exports").resolve(folder(version).getFileName());
    if (!Files.exists(target)) {
      CheckpointFiles.writeActor(target, actor, companions);
    }
    return target;
  }

  /** The run that a checkpoint says it belongs to; empty when what it says cannot be read. */
  public Optional<String> runId(long version) {
    Path file = folder(version).resolve(CheckpointFiles.MANIFEST);
    try {
      return Optional.of(JSON.readValue(file.toFile(), CheckpointManifest.class).runId());
    } catch (IOException e) {
      log.warn("{} cannot be read: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Deletes what a crash left: folders half written, and checkpoints of versions that were never
   * committed.
   */
  public void sweep(long lastCommitted) {
    for (Path folder : listed()) {
      String name = folder.getFileName().toString();
      boolean orphan =
          name.startsWith(PREFIX)
              && Long.parseLong(name.substring(PREFIX.length())) > lastCommitted;
      if (orphan || name.startsWith(TEMPORARY)) {
        log.info("sweeping {}: it belongs to no committed version", folder);
        try {
          deleteTree(folder);
        } catch (IOException e) {
          throw new CheckpointException(folder + ": cannot be deleted: " + e, e);
        }
      }
    }
  }

  private void retain() throws IOException {
    List<Long> versions = versions();
    for (int i = 0; i < versions.size() - keep; i++) {
      if (versions.get(i) != 0) {
        deleteTree(folder(versions.get(i)));
      }
    }
  }

  private List<Path> listed() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(root)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(root + ": cannot be listed: " + e, e);
    }
  }

  private static void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walked = Files.walk(folder)) {
      files = walked.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
