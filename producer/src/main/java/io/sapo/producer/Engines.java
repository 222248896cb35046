package io.sapo.producer;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.engine.BuiltinEngine;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.server.ServerEngine;

/** Opens the engine that a config names. */
public final class Engines {
  private Engines() {}

  /**
   * @param base stays the caller's, as does the profile
   * @throws IllegalArgumentException when config and model do not fit
   */
  public static RolloutEngine open(
      ProducerConfig config,
      CheckpointFolder checkpoint,
      BaseModel base,
      CheckpointProfile profile) {
    GeneratorOptions options = options(config, profile);
    return config.engine().kind() == EngineSettings.Kind.BUILTIN
        ? new BuiltinEngine(Generator.load(base.config(), options, base.device()))
        : new ServerEngine(
            config.engine(),
            checkpoint,
            base,
            profile,
            config.rollouts().slots(),
            config.prompts().maxTokens(),
            config.rollouts().sampling());
  }

  private static GeneratorOptions options(ProducerConfig config, CheckpointProfile profile) {
    int capacity = config.prompts().maxTokens() + config.rollouts().sampling().maxNewTokens();
    if (capacity > profile.model().decoder().maxPositions()) {
      throw new IllegalArgumentException(
          "producer: %d prompt tokens and %d new ones exceed the model's max_position_embeddings, %d"
              .formatted(
                  config.prompts().maxTokens(),
                  config.rollouts().sampling().maxNewTokens(),
                  profile.model().decoder().maxPositions()));
    }
    return new GeneratorOptions(
        config.rollouts().slots(),
        capacity,
        config.rollouts().stepsPerCall(),
        profile.unspeakableTokens(),
        profile.stopTokens());
  }
}
