package io.sapo.learner.config;

import io.sapo.policy.training.AdamWConfig;

/**
 * How one network is stepped.
 *
 * @param maxGradNorm bound of the global gradient norm
 */
public record OptimizerSettings(double learningRate, AdamWConfig adam, double maxGradNorm) {

  public OptimizerSettings {
    if (!(learningRate >= 0) || !(maxGradNorm > 0)) {
      throw new IllegalArgumentException(
          "an optimizer needs learning-rate >= 0 and max-grad-norm > 0, got %s, %s"
              .formatted(learningRate, maxGradNorm));
    }
  }
}
