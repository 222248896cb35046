package io.sapo.learner.algorithm;

/**
 * The (adaptive) coefficient of the KL penalty in the rewards.
 *
 * @param initial coefficient of version 0; 0 switches the penalty off
 * @param target mean KL a token that the adaptive controller steers to; 0 keeps the coefficient
 *     fixed
 * @param horizon trajectories over which the adaptive controller corrects an error
 */
public record KlCoefficient(double initial, double target, int horizon) {

  private static final double ERROR_LIMIT = 0.2;

  public KlCoefficient {
    if (!(initial >= 0) || !(target >= 0) || horizon < 1) {
      throw new IllegalArgumentException(
          "KL coefficient needs initial >= 0, target >= 0 and horizon >= 1, got "
              + initial
              + ", "
              + target
              + ", "
              + horizon);
    }
  }

  public static KlCoefficient fixed(double coefficient) {
    return new KlCoefficient(coefficient, 0, 1);
  }

  /**
   * Whether one update could make the coefficient 0, where it would stay, or negative.
   *
   * @param trajectories in one update
   */
  public boolean mayVanish(int trajectories) {
    return target > 0 && horizon <= ERROR_LIMIT * trajectories;
  }

  /** The controller of Ziegler et al. 2019, section 2.2. */
  public double next(double current, double observedKl, int trajectories) {
    if (target == 0) {
      return current;
    }
    double error = Math.max(-ERROR_LIMIT, Math.min(ERROR_LIMIT, observedKl / target - 1));
    return current * (1 + error * trajectories / horizon);
  }
}
