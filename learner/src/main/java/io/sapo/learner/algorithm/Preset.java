package io.sapo.learner.algorithm;

/**
 * What an algorithm was published with.
 *
 * @param criticWarmupUpdates updates at the start that train the critic alone
 * @param dynamicSampling batches' worth of responses without signal that an update may drop
 * @param overlongWindow with {@link Overlong#PENALTY}: the share of the length limit over which the
 *     penalty grows
 */
public record Preset(
    AlgorithmSettings settings,
    int criticWarmupUpdates,
    int dynamicSampling,
    double overlongWindow) {

  static Preset of(AlgorithmSettings settings) {
    return new Preset(settings, 0, 0, 0.2);
  }
}
