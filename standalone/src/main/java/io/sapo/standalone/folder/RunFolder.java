package io.sapo.standalone.folder;

import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one training run: its settings, the embedded broker's data, checkpoints, stream
 * state, log, and while the run is going its broker's address.
 */
public record RunFolder(Path path) {
  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final int MOST_ADDRESS = 4_096;
  private static final Path RUNS = Path.of("data");

  /** A name for a new run under {@code data/} of the working folder; nothing is created. */
  public static RunFolder fresh() {
    String name = LocalDateTime.now().format(NAME);
    Path path = RUNS.resolve(name);
    for (int n = 2; Files.exists(path); n++) {
      path = RUNS.resolve(name + "-" + n);
    }
    return new RunFolder(path);
  }

  /** Where roles of this machine work when no folder is named. */
  public static RunFolder ofRoles() {
    return new RunFolder(RUNS.resolve("roles"));
  }

  /** The run under {@code data/} that was started last. */
  public static Optional<RunFolder> newest() {
    if (!Files.isDirectory(RUNS)) {
      return Optional.empty();
    }
    try (Stream<Path> runs = Files.list(RUNS)) {
      return runs.map(RunFolder::new)
          .filter(RunFolder::exists)
          .max(Comparator.comparing(RunFolder::startedAt));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + RUNS, e);
    }
  }

  private FileTime startedAt() {
    try {
      return Files.getLastModifiedTime(settings());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + settings(), e);
    }
  }

  /** Whether a run was started here before. */
  public boolean exists() {
    return Files.exists(settings());
  }

  /** What the run was told that differs from the defaults. */
  public Path settings() {
    return path.resolve("config.yaml");
  }

  public Path broker() {
    return path.resolve("broker");
  }

  public Path learner() {
    return path.resolve("learner");
  }

  public Path segmenter() {
    return path.resolve("segmenter");
  }

  /** The run that goes on from one of this run's versions under a name. */
  public RunFolder fork(String name) {
    return new RunFolder(path.resolve("forks").resolve(name));
  }

  public Path log() {
    return path.resolve("sapo.log");
  }

  public void keepSettings(String yaml) throws IOException {
    make();
    try {
      Path written = Files.writeString(path.resolve("config.yaml.new"), yaml);
      Files.move(written, settings(), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw notHere();
    }
  }

  /** Where it is not there yet. */
  public void make() throws IOException {
    try {
      Files.createDirectories(path);
    } catch (NoSuchFileException e) {
      throw notHere();
    }
  }

  /** Some file systems have folders, but nobody can put anything there ({@code /proc}). */
  private IOException notHere() {
    return new FileSystemException(path.toString(), null, "nothing can be written there");
  }

  /** Says where the run's broker listens, for commands of other processes. */
  public void announce(String bootstrapServers) throws IOException {
    Files.writeString(address(), ProcessHandle.current().pid() + " " + bootstrapServers + "\n");
  }

  public void withdraw() throws IOException {
    Files.deleteIfExists(address());
  }

  /** The address of the broker of a run that is going; empty when none is. */
  public Optional<String> liveAddress() {
    try {
      String[] parts = WholeFile.text(address(), MOST_ADDRESS).strip().split(" ");
      boolean alive =
          parts.length == 2
              && ProcessHandle.of(Long.parseLong(parts[0]))
                  .map(ProcessHandle::isAlive)
                  .orElse(false);
      return alive ? Optional.of(parts[1]) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Path address() {
    return path.resolve("broker.address");
  }
}
