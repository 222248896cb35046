package io.sapo.learner.algorithm;

/** The KL penalty as a reward. */
public final class Rewards {

  private Rewards() {}

  /**
   * What each token pays for straying from the reference: {@code −coefficient · estimator(log π_old
   * − log π_ref)}.
   */
  public static double[] klPenalty(
      double[] oldLogProbs, double[] refLogProbs, double coefficient, KlEstimator estimator) {
    double[] penalty = new double[oldLogProbs.length];
    for (int i = 0; i < penalty.length; i++) {
      penalty[i] = -coefficient * estimator.estimate(oldLogProbs[i] - refLogProbs[i]);
    }
    return penalty;
  }
}
