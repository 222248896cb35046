package io.sapo.learner.config;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.Preset;
import io.sapo.policy.training.AdamWConfig;

/**
 * Everything besides state and batch that an update depends on: the same three give bit-identical
 * weights. Where things lie and how often they are saved is not here.
 *
 * @param batchSize trajectories an update trains on
 * @param miniBatchSize trajectories an optimizer step; divides the batch
 * @param microBatchTokens padded tokens (prompts and responses) of one pass through the network; a
 *     longer trajectory makes a pass of its own
 * @param maxSequenceTokens longest prompt and response together that is trained on
 * @param epochs times an update goes through its batch
 * @param criticWarmupUpdates updates at the start that train the critic alone (value pre-training)
 * @param dynamicSampling batches' worth of responses that an update may drop because their groups'
 *     outcomes are all alike, so that others take their place; 0 for none
 * @param maxStaleness η: versions that may have passed since a trajectory was begun
 * @param seed of the mini-batch shuffle
 * @param mathematics which formulas turn a batch into gradients; see {@link ConfigJson}
 */
public record LearnerConfig(
    NetworkSettings network,
    AlgorithmSettings algorithm,
    int batchSize,
    int miniBatchSize,
    int microBatchTokens,
    int maxSequenceTokens,
    int epochs,
    OptimizerSettings actor,
    OptimizerSettings critic,
    int criticWarmupUpdates,
    int dynamicSampling,
    int maxStaleness,
    long seed,
    int mathematics) {

  /** The formulas of this code. */
  public static final int MATHEMATICS = 2;

  public LearnerConfig {
    if (batchSize < 1 || miniBatchSize < 1 || batchSize % miniBatchSize != 0) {
      throw new IllegalArgumentException(
          "batch-size must be a multiple of mini-batch-size, got %d and %d"
              .formatted(batchSize, miniBatchSize));
    }
    if (microBatchTokens < 1 || maxSequenceTokens < 2 || epochs < 1) {
      throw new IllegalArgumentException(
          "needs micro-batch-tokens >= 1, max-sequence-tokens >= 2 and epochs >= 1, got %d, %d, %d"
              .formatted(microBatchTokens, maxSequenceTokens, epochs));
    }
    if (criticWarmupUpdates < 0 || dynamicSampling < 0 || maxStaleness < 0) {
      throw new IllegalArgumentException(
          "needs critic-warmup-updates, dynamic-sampling and max-staleness of at least 0, got %d, %d, %d"
              .formatted(criticWarmupUpdates, dynamicSampling, maxStaleness));
    }
    if (dynamicSampling > 0 && algorithm.usesCritic()) {
      throw new IllegalArgumentException(
          "dynamic-sampling drops groups whose rewards are all alike; %s learns from them too: set it to 0"
              .formatted(algorithm.algorithm().configName()));
    }
    if (mathematics != MATHEMATICS) {
      throw new IllegalArgumentException(
          "it was trained by formulas number %d, this release has number %d: use the release that made it"
              .formatted(mathematics, MATHEMATICS));
    }
  }

  /** The paper's scale: batch 512, learning rates 1e-6 and 2e-6. */
  public static LearnerConfig of(Algorithm algorithm) {
    Preset preset = algorithm.preset();
    return new LearnerConfig(
        NetworkSettings.WHOLE,
        preset.settings(),
        512,
        128,
        16_384,
        3_072,
        1,
        new OptimizerSettings(1e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        new OptimizerSettings(2e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        preset.criticWarmupUpdates(),
        preset.dynamicSampling(),
        1,
        1,
        MATHEMATICS);
  }

  /**
   * JSON with sorted keys and no white space: equal configs give equal text. Read back by {@link
   * #fromJson}.
   */
  public String canonicalJson() {
    return ConfigJson.write(this);
  }

  /**
   * @throws IllegalArgumentException naming the key that is unknown, missing or out of range
   */
  public static LearnerConfig fromJson(String json) {
    return ConfigJson.read(json);
  }

  /** Hex SHA-256 of {@link #canonicalJson}. */
  public String digest() {
    return ConfigJson.sha256(canonicalJson());
  }
}
