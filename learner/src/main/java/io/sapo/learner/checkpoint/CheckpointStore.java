package io.sapo.learner.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder {@code checkpoints/} of a data folder. Version 0 is never deleted: it is the reference
 * policy, and recovery can start from it. Of a fork it is the reference alone; the fork's first
 * version, from which recovery can start, stays as well. One writer at a time; readers at any time.
 */
public final class CheckpointStore {

  private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String PREFIX = "version-";

  /** What is being written has such a name, see {@link ActorFiles}. */
  private static final Pattern HALF_EXPORT = Pattern.compile("\\." + PREFIX + "[0-9]+\\.tmp");

  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{10,18})");
  private static final String TEMPORARY = ".writing-";
  private static final String DAMAGED = "damaged-";
  private static final int LEAST = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path dataFolder;
  private final Path root;
  private final String own = UUID.randomUUID().toString().substring(0, 8);
  private final int keep;
  private final Duration keepFor;
  private final FaultHook faults;

  /** For reading. */
  public CheckpointStore(Path dataFolder) {
    this(dataFolder, LEAST, Duration.ofDays(1), FaultHook.NONE);
  }

  /**
   * @param keep newest checkpoints to keep, at least 2, so that a damaged one is not the last
   * @param keepFor of these, older ones are deleted; the newest 2 stay whatever their age
   */
  public CheckpointStore(Path dataFolder, int keep, Duration keepFor, FaultHook faults) {
    if (keep < LEAST) {
      throw new IllegalArgumentException("at least 2 checkpoints must be kept, got " + keep);
    }
    this.dataFolder = dataFolder;
    this.root = dataFolder.resolve("checkpoints");
    this.keep = keep;
    this.keepFor = keepFor;
    this.faults = faults;
  }

  /** The folder of a version, whether it exists or not. */
  public Path folder(long version) {
    return root.resolve(PREFIX + String.format(Locale.ROOT, "%010d", version));
  }

  /** As {@link #folder}, relative to the data folder, for commit records. */
  public String relativeFolder(long version) {
    return dataFolder.relativize(folder(version)).toString().replace('\\', '/');
  }

  /** Versions present, ascending; other folders, such as somebody's copies, are left alone. */
  public List<Long> versions() {
    List<Long> versions = new ArrayList<>();
    for (Path folder : listed()) {
      versionOf(folder).ifPresent(versions::add);
    }
    versions.sort(Comparator.naturalOrder());
    return versions;
  }

  /**
   * Writes a checkpoint and deletes those no longer kept.
   *
   * @param files how the actor is laid out
   */
  public void write(Snapshot snapshot, ActorFiles files) {
    long version = snapshot.manifest().version();
    Path target = folder(version);
    Path temporary = temporary(target);
    try {
      Folders.delete(temporary);
      createRoot();
      Files.createDirectories(temporary);
      CheckpointFiles.write(temporary, snapshot, files);
      finish(temporary, target, snapshot.manifest());
      retain();
    } catch (IOException | UncheckedIOException e) {
      throw CheckpointException.unwritten(target, e);
    }
  }

  /**
   * Writes the actor as {@code exports/version-…} of the data folder, a folder that other engines
   * load, which is kept until somebody deletes it. A version exported before is left as it is.
   */
  public Path export(long version, Collection<? extends TensorData> actor, ActorFiles files) {
    Path target = exports().resolve(folder(version).getFileName());
    if (!Files.exists(target)) {
      files.write(target, actor);
    }
    return target;
  }

  private Path exports() {
    return dataFolder.resolve("exports");
  }

  /** An entry of a folder that is not synced may be gone after a power failure. */
  private void createRoot() throws IOException {
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root);
      syncFolder(dataFolder);
    }
  }

  private void finish(Path temporary, Path target, CheckpointManifest manifest) throws IOException {
    Path file = temporary.resolve(CheckpointFiles.MANIFEST);
    Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
    syncFile(file);
    syncFolder(temporary);
    faults.reached(FaultPoint.CHECKPOINT_WRITTEN);
    Folders.delete(target);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(root);
    faults.reached(FaultPoint.CHECKPOINT_RENAMED);
  }

  /** Of this store alone: another learner, not yet aware that it was fenced, may write too. */
  private Path temporary(Path target) {
    return root.resolve(TEMPORARY + own + "-" + target.getFileName());
  }

  private static Optional<Long> versionOf(Path folder) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    return name.matches() ? Optional.of(Long.valueOf(name.group(1))) : Optional.empty();
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
   * Deletes what a crash left: checkpoints and exports half written, and checkpoints of versions
   * that were never committed.
   */
  public void sweep(long lastCommitted) {
    for (Path folder : listed()) {
      boolean orphan = versionOf(folder).filter(version -> version > lastCommitted).isPresent();
      if (orphan || folder.getFileName().toString().startsWith(TEMPORARY)) {
        sweep(folder, "it belongs to no committed version");
      }
    }
    for (Path folder : listed(exports())) {
      if (HALF_EXPORT.matcher(folder.getFileName().toString()).matches()) {
        sweep(folder, "an export that was not finished");
      }
    }
  }

  private static void sweep(Path folder, String why) {
    log.info("sweeping {}: {}", folder, why);
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be deleted: " + e, e);
    }
  }

  /**
   * Renames a damaged checkpoint, so that it does not count as one of those kept; people may want
   * to look at it. The one that was set aside last is kept.
   */
  public void setAside(long version) {
    Path damaged = root.resolve(DAMAGED + folder(version).getFileName());
    try {
      for (Path folder : listed()) {
        if (folder.getFileName().toString().startsWith(DAMAGED)) {
          Folders.delete(folder);
        }
      }
      Files.move(folder(version), damaged, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(root);
      log.warn("{} is damaged; it lies at {} now", folder(version), damaged);
    } catch (IOException e) {
      throw new CheckpointException(folder(version) + ": cannot be set aside: " + e, e);
    }
  }

  private void retain() throws IOException {
    List<Long> versions = versions();
    Instant oldest = Instant.now().minus(keepFor);
    for (int i = 0; i < versions.size() - LEAST; i++) {
      Path folder = folder(versions.get(i));
      boolean tooMany = i < versions.size() - keep;
      boolean loader =
          versions.get(i) == 0
              || i == 1 && versions.get(0) == 0 && !CheckpointFiles.whole(folder(0));
      if (!loader && (tooMany || writtenAt(folder).isBefore(oldest))) {
        // Under another name at once: nobody may find half of it.
        Path going = temporary(folder);
        Folders.delete(going);
        Files.move(folder, going, StandardCopyOption.ATOMIC_MOVE);
        Folders.delete(going);
      }
    }
  }

  /** A folder without a manifest, such as one made by hand, is as old as it is itself. */
  private static Instant writtenAt(Path folder) throws IOException {
    Path manifest = folder.resolve(CheckpointFiles.MANIFEST);
    try {
      return Files.getLastModifiedTime(manifest).toInstant();
    } catch (NoSuchFileException e) {
      log.warn("{} is not there: that checkpoint cannot be used", manifest);
      return Files.getLastModifiedTime(folder).toInstant();
    }
  }

  /**
   * Takes the reference policy of another run over as checkpoint 0, which holds nothing else then.
   *
   * @param source checkpoint 0 of that run
   * @param manifest what the copy claims to be
   */
  public void adoptReference(Path source, CheckpointManifest manifest) {
    Path target = folder(0);
    Path temporary = temporary(target);
    try {
      Folders.delete(temporary);
      copyTree(CheckpointFiles.actor(source), CheckpointFiles.actor(temporary));
      finish(temporary, target, manifest);
    } catch (IOException e) {
      throw CheckpointException.unwritten(target, e);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(file.getFileName());
        if (Files.isDirectory(file)) {
          copyTree(file, copy);
        } else {
          syncFile(Files.copy(file, copy));
        }
      }
    }
    syncFolder(to);
  }

  private List<Path> listed() {
    return listed(root);
  }

  private static List<Path> listed(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be listed: " + e, e);
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
}
