package io.sapo.learner.config;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.algorithm.Preset;
import io.sapo.policy.training.AdamWConfig;

/**
 * Everything besides state and batch that an update depends on: the same three give bit-identical
 * weights. Where things lie and how often they are saved is not here.
 *
 * @param batch which records an update takes
 * @param steps how it goes through them
 * @param seed of the mini-batch shuffle
 * @param mathematics which formulas turn a batch into gradients; see {@link ConfigJson}
 */
public record LearnerConfig(
    NetworkSettings network,
    AlgorithmSettings algorithm,
    BatchSettings batch,
    StepSettings steps,
    OptimizerSettings actor,
    OptimizerSettings critic,
    long seed,
    int mathematics) {

  /** The formulas of this code. */
  public static final int MATHEMATICS = 3;

  private static final int EARLIER_MATHEMATICS = 2;

  public LearnerConfig {
    if (batch.size() % steps.miniBatchSize() != 0) {
      throw new IllegalArgumentException(
          "batch-size must be a multiple of mini-batch-size, got %d and %d"
              .formatted(batch.size(), steps.miniBatchSize()));
    }
    if (batch.dynamicSampling() > 0 && algorithm.usesCritic()) {
      throw new IllegalArgumentException(
          "dynamic-sampling drops groups whose rewards are all alike; %s learns from them too: set it to 0"
              .formatted(algorithm.algorithm().configName()));
    }
    if (mathematics != MATHEMATICS && mathematics != EARLIER_MATHEMATICS) {
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
        new BatchSettings(512, 3_072, 1, preset.dynamicSampling()),
        new StepSettings(128, 16_384, 1, preset.criticWarmupUpdates()),
        new OptimizerSettings(1e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        new OptimizerSettings(2e-6, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT),
        1,
        MATHEMATICS);
  }

  /**
   * Whether formulas number 2 are meant, which this code still computes where they differ: see
   * {@link ConfigJson}.
   */
  public boolean byEarlierFormulas() {
    return mathematics < MATHEMATICS;
  }

  /** The same of a recorded config, which this code need not be able to compute with. */
  public static boolean byEarlierFormulas(String json) {
    return ConfigJson.mathematics(json) < MATHEMATICS;
  }

  /**
   * Before an update is computed with a recorded config.
   *
   * @throws IllegalArgumentException where this code does not compute as the earlier formulas did
   */
  public void requireComputable() {
    boolean steered = algorithm.entropy().target() > 0 || algorithm.rewardKl().target() > 0;
    if (byEarlierFormulas() && algorithm.overlong() == Overlong.MASK && steered) {
      throw new IllegalArgumentException(
          "it was trained with overlong mask and a target of the entropy or of the reward's KL as an earlier release computed it, which counted masked responses: use the release that made it");
    }
  }

  /**
   * How many updates the actor has been trained in, by which its learning rate goes: those that
   * train the critic alone do not count.
   *
   * @param version that the update starts from
   */
  public long actorUpdate(long version) {
    boolean waits = algorithm.usesCritic() && !byEarlierFormulas();
    return waits ? Math.max(0, version - steps.criticWarmupUpdates()) : version;
  }

  /** The same, computed by the formulas of another. */
  public LearnerConfig byFormulasOf(LearnerConfig other) {
    return new LearnerConfig(
        network, algorithm, batch, steps, actor, critic, seed, other.mathematics);
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
