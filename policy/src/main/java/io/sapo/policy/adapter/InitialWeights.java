package io.sapo.policy.adapter;

import io.sapo.policy.checkpoint.CheckpointFolder;
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
   */
  public static Weights of(BaseModel base, CheckpointFolder checkpoint, Path adapter, long seed) {
    if (base.adapters().isPresent()) {
      return adapter == null
          ? Weights.random(base, Head.LANGUAGE_MODEL, seed)
          : adapters(base, checkpoint, adapter);
    }
    try (SafetensorsReader reader = checkpoint.openWeights()) {
      StoredWeights.check(reader, base.config());
      return Weights.read(reader, base, Head.LANGUAGE_MODEL);
    }
  }

  private static Weights adapters(BaseModel base, CheckpointFolder checkpoint, Path adapter) {
    AdapterFolder adapters = AdapterFolder.open(adapter);
    NamedBase.check(adapters, adapter, checkpoint);
    return adapters.read(base);
  }
}
