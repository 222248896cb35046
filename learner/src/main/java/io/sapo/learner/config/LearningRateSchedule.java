package io.sapo.learner.config;

/**
 * The factor on a learning rate from update to update.
 *
 * @param warmupUpdates updates over which the factor rises linearly from 1 / warmupUpdates to 1
 * @param decay how it falls afterwards
 * @param decayUpdates updates, counted from the network's first, after which the floor is reached
 * @param floor the smallest factor once decay has begun
 */
public record LearningRateSchedule(int warmupUpdates, Decay decay, int decayUpdates, double floor) {

  /** Shapes of the fall. */
  public enum Decay {
    CONSTANT,
    LINEAR,
    COSINE
  }

  public static final LearningRateSchedule CONSTANT =
      new LearningRateSchedule(0, Decay.CONSTANT, 0, 1);

  public LearningRateSchedule {
    if (warmupUpdates < 0 || !(floor >= 0 && floor <= 1)) {
      throw new IllegalArgumentException(
          "schedule needs warmup-updates >= 0 and 0 <= floor <= 1, got %d, %s"
              .formatted(warmupUpdates, floor));
    }
    if (decay != Decay.CONSTANT && decayUpdates <= warmupUpdates) {
      throw new IllegalArgumentException(
          "schedule decays until update %d but warms up until %d"
              .formatted(decayUpdates, warmupUpdates));
    }
  }

  /**
   * @param update zero-based number of the network's update
   */
  public double factor(long update) {
    if (update < warmupUpdates) {
      return (update + 1.0) / warmupUpdates;
    }
    if (decay == Decay.CONSTANT) {
      return 1;
    }
    double progress =
        Math.min(1, (double) (update - warmupUpdates) / (decayUpdates - warmupUpdates));
    double left =
        decay == Decay.LINEAR ? 1 - progress : 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    return floor + (1 - floor) * left;
  }
}
