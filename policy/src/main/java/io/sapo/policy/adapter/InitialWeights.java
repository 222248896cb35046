package io.sapo.policy.adapter;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.StoredWeights;
import io.sapo.policy.network.Weights;
import java.nio.file.Path;

/** The policy that training begins with. */
public final class InitialWeights {
  private InitialWeights() {}

  /**
   * The checkpoint's weights, to be trained whole; or, over a frozen base, adapters saved before or
   * fresh ones, with which the policy is the base's.
   *
   * @param adapter PEFT folder; null for fresh adapters
   * @param seed of fresh adapters
   * @return the caller's to close
   * @throws InvalidCheckpointException in a sentence, where one of the folders cannot be used, or
   *     they do not go together
   */
  public static Weights of(BaseModel base, CheckpointFolder checkpoint, Path adapter, long seed) {
    if (base.adapters().isPresent()) {
      return adapter == null
          ? Weights.random(base, Head.LANGUAGE_MODEL, seed)
          : adapters(base, checkpoint, adapter);
    }
    if (adapter != null) {
      check(base, checkpoint, adapter);
    }
    try (SafetensorsReader reader = checkpoint.openWeights()) {
      StoredWeights.check(reader, base.config());
      return Weights.read(reader, base, Head.LANGUAGE_MODEL);
    }
  }

  /**
   * Whether training can begin with these adapters, by names and shapes, and by the base that they
   * name.
   *
   * @param base may be without weights
   * @throws InvalidCheckpointException as {@link #of}
   */
  public static void check(BaseModel base, CheckpointFolder checkpoint, Path adapter) {
    AdapterFolder adapters = AdapterFolder.open(adapter);
    if (base.adapters().isEmpty()) {
      adapters.config(base.config()); // whose faults come first: settings are taken from it
      throw new InvalidCheckpointException(
          adapter
              + ": holds adapters, but every weight is trained (model.adapter-rank is 0); train adapters, or merge these into their model");
    }
    NamedBase.check(adapters, adapter, checkpoint);
    adapters.check(base);
  }

  /**
   * Reads every element too.
   *
   * @throws InvalidCheckpointException naming a tensor that holds what is no finite number
   */
  public static void checkFinite(Path adapter) {
    try (SafetensorsReader reader = AdapterFolder.weights(adapter)) {
      StoredWeights.checkFinite(reader);
    }
  }

  private static Weights adapters(BaseModel base, CheckpointFolder checkpoint, Path adapter) {
    AdapterFolder adapters = AdapterFolder.open(adapter);
    NamedBase.check(adapters, adapter, checkpoint);
    return adapters.read(base);
  }
}
