package io.sapo.producer.server;

import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Writes weight versions to the folder that servers load them from, and computes the
 * log-probabilities by which they are recognized. For the rollout thread.
 */
final class WeightExchange implements AutoCloseable {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final CheckpointFolder checkpoint;
  private final BaseModel base;
  private final VersionFolders folders;
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
    this.folders = new VersionFolders(folder, RETRY_AFTER);
    this.rules = rules;
    this.prompt = TokenSequence.text(probe.prompt(), new int[0]);
    this.network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
  }

  /**
   * @param inUse whether a server may yet read the folder of the weights of that name
   * @throws UncheckedIOException when the folder cannot be written
   */
  Publication publish(Weights weights, long version, Predicate<String> inUse) {
    String name = VersionFolders.name(version, weights.sha256());
    Path target = folders.put(name, path -> write(path, weights));
    folders.deleteOld(target, version, inUse);
    Fingerprint expected = fingerprint(weights);
    Publication publication =
        new Publication(
            version, name, target, base.adapters().isPresent(), expected, newest, ofBase());
    newest = Optional.of(expected);
    return publication;
  }

  private void write(Path target, Weights weights) {
    Optional<AdapterConfig> adapters = base.adapters();
    if (adapters.isPresent()) {
      AdapterWriter.write(
          target,
          AdapterBase.named(checkpoint.path().toString()),
          base.config(),
          adapters.get(),
          Map.of(),
          weights.tensors());
    } else {
      CheckpointFolder.write(target, checkpoint.companions(), weights.tensors(), ElementType.F32);
    }
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
    float[] last = network.nextLogits(weights, prompt);
    rules.banned().forEach(token -> last[token] = Float.NEGATIVE_INFINITY);
    return new Fingerprint(last);
  }

  @Override
  public void close() {
    network.close();
  }
}
