package io.sapo.standalone.plan;

/**
 * How fast a run may be expected to be, from the rate of a matrix product.
 *
 * @param matrixRate floating-point operations a second of the measured product
 * @param updateSeconds training on a batch whose trajectories are as long as they may be
 * @param rolloutSeconds drawing them
 * @param stepsPerHour optimizer steps, training and drawing one after the other where they share a
 *     device
 */
public record Pace(
    double matrixRate, double updateSeconds, double rolloutSeconds, double stepsPerHour) {
  /** Shares of a matrix product's rate that were measured; see docs/speed.md. */
  private static final double TRAINING = 0.65;

  private static final double GENERATION = 0.35;

  /** Operations of a parameter and token: forward; backward twice that; a layer made again. */
  private static final int FORWARD = 2;

  /** Of training and drawing one after the other. */
  double updatesPerDay() {
    return 86_400 / (updateSeconds + rolloutSeconds);
  }

  static Pace of(Workload work, double matrixRate) {
    ModelSizes sizes = work.sizes();
    double tokens = (double) work.learner().batch().size() * work.producer().capacity();
    boolean critic = work.learner().algorithm().usesCritic();
    boolean reference = work.learner().algorithm().usesReference();
    // Frozen weights have no gradients of their own: their backward costs one forward.
    double backward = work.adapted() ? 1 : 2;
    double training = 2 + backward;
    double passes = 1 + (reference ? 1 : 0) + training + (critic ? 1 + training : 0);
    double update =
        FORWARD
            * sizes.multiplied()
            * tokens
            * passes
            / (TRAINING * matrixRate)
            * work.learner().steps().epochs();
    double rollouts = FORWARD * sizes.multiplied() * tokens / (GENERATION * matrixRate);
    double steps = (double) work.learner().batch().size() / work.learner().steps().miniBatchSize();
    double hour = 3600 / (update + rollouts);
    return new Pace(matrixRate, update, rollouts, hour * steps * work.learner().steps().epochs());
  }
}
