package io.sapo.learner.algorithm;

/**
 * What an algorithm was published with.
 *
 * @param criticWarmupUpdates updates at the start that train the critic alone
 * @param dynamicSampling batches' worth of responses without signal that an update may drop
 * @param overlongWindow with {@link Overlong#PENALTY}: the share of the length limit over which the
 *     penalty grows
 * @param overlongPenalty what it takes away at the limit, where a right answer's reward less a
 *     wrong one's is 1
 */
public record Preset(
    AlgorithmSettings settings,
    int criticWarmupUpdates,
    int dynamicSampling,
    double overlongWindow,
    double overlongPenalty) {

  /** DAPO's: over the last fifth of the length, the half of what lies between right and wrong. */
  private static final double WINDOW = 0.2;

  private static final double PENALTY = 0.5;

  static Preset of(AlgorithmSettings settings) {
    return of(settings, 0, 0);
  }

  static Preset of(AlgorithmSettings settings, int criticWarmupUpdates, int dynamicSampling) {
    return new Preset(settings, criticWarmupUpdates, dynamicSampling, WINDOW, PENALTY);
  }
}
