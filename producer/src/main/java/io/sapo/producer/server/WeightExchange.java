package io.sapo.producer.server;

import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes weight versions to the folder that servers load them from, and computes the
 * log-probabilities by which they are recognized. For the rollout thread.
 */
final class WeightExchange implements AutoCloseable {
  private static final String PREFIX = "sapo-v";

  /** Versions whose folders stay, for servers that load late or load once more. */
  private static final int KEPT = 4;

  private final CheckpointFolder checkpoint;
  private final BaseModel base;
  private final Path folder;
  private final ResponseRules rules;
  private final TokenSequence prompt;
  private final Network network;
  private Optional<Fingerprint> ofBase = Optional.empty();
  private Optional<Fingerprint> newest = Optional.empty();

  /**
   * @param base stays the caller's
   */
  WeightExchange(
      CheckpointFolder checkpoint, BaseModel base, Path folder, ResponseRules rules, Probe probe) {
    this.checkpoint = checkpoint;
    this.base = base;
    this.folder = folder.toAbsolutePath();
    this.rules = rules;
    this.prompt = TokenSequence.text(probe.prompt(), new int[0]);
    this.network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
  }

  /**
   * @throws UncheckedIOException when the folder cannot be written
   */
  Publication publish(Weights weights, long version) {
    String name = PREFIX + version + "-" + weights.sha256().substring(0, 12);
    Path target = folder.resolve(name);
    if (!Files.exists(target)) {
      write(target, weights);
    }
    deleteOld(target, version);
    Fingerprint expected = fingerprint(weights);
    Publication publication =
        new Publication(
            version, name, target, base.adapters().isPresent(), expected, newest, ofBase());
    newest = Optional.of(expected);
    return publication;
  }

  private void write(Path target, Weights weights) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    Optional<AdapterConfig> adapters = base.adapters();
    if (adapters.isPresent()) {
      AdapterWriter.write(
          target,
          checkpoint.path().toString(),
          base.config(),
          adapters.get(),
          Map.of(),
          weights.tensors());
    } else {
      CheckpointFolder.write(target, checkpoint.companions(), weights.tensors(), ElementType.F32);
    }
  }

  /** Those after this version are another producer's, or of a run that has been rewound. */
  private void deleteOld(Path newest, long version) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> versions =
          all.filter(path -> path.getFileName().toString().startsWith(PREFIX))
              .filter(path -> !path.equals(newest) && versionOf(path) <= version)
              .sorted(Comparator.comparingLong(WeightExchange::versionOf).reversed())
              .skip(KEPT - 1)
              .toList();
      for (Path old : versions) {
        delete(old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be cleared: " + e.getMessage(), e);
    }
  }

  private static long versionOf(Path path) {
    String name = path.getFileName().toString();
    try {
      return Long.parseLong(name.substring(PREFIX.length(), name.lastIndexOf('-')));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return Long.MAX_VALUE;
    }
  }

  private static void delete(Path old) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(old)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(old);
  }

  private Optional<Fingerprint> ofBase() {
    if (ofBase.isEmpty() && base.adapters().isPresent()) {
      try (Weights bare = Weights.ofBase(base)) {
        ofBase = Optional.of(fingerprint(bare));
      }
    }
    return ofBase;
  }

  private Fingerprint fingerprint(Weights weights) {
    float[] all = network.logits(weights, List.of(prompt));
    int vocabulary = rules.vocabularySize();
    float[] last = new float[vocabulary];
    System.arraycopy(all, all.length - vocabulary, last, 0, vocabulary);
    rules.banned().forEach(token -> last[token] = Float.NEGATIVE_INFINITY);
    return new Fingerprint(last);
  }

  @Override
  public void close() {
    network.close();
  }
}
