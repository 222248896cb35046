package io.sapo.learner.config;

import io.sapo.policy.training.AdamWConfig;

/**
 * How one network is stepped.
 *
 * @param maxGradNorm bound of the global gradient norm
 * @param schedule of the learning rate
 */
public record OptimizerSettings(
    double learningRate, AdamWConfig adam, double maxGradNorm, LearningRateSchedule schedule) {

  public OptimizerSettings {
    if (!(learningRate >= 0) || !(maxGradNorm > 0)) {
      throw new IllegalArgumentException(
          "an optimizer needs learning-rate >= 0 and max-grad-norm > 0, got %s, %s"
              .formatted(learningRate, maxGradNorm));
    }
  }

  /**
   * @param update zero-based number of the network's update
   */
  public double learningRate(long update) {
    return learningRate * schedule.factor(update);
  }
}
