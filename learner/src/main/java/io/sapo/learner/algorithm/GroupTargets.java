package io.sapo.learner.algorithm;

/** A response's outcome measured against those of its group; every token gets the same. */
final class GroupTargets implements AdvantageEstimator {

  /** Outcomes, and statistics of their groups, to advantages; one a response. */
  interface Baseline {
    double[] advantages(GroupBaselines groups, double[] outcomes);
  }

  private static final double[] NONE = {};

  private final Baseline baseline;

  GroupTargets(Baseline baseline) {
    this.baseline = baseline;
  }

  @Override
  public boolean usesCritic() {
    return false;
  }

  @Override
  public Estimate estimate(
      AlgorithmSettings settings,
      Segmentation actions,
      Experience experience,
      boolean[] kept,
      double rewardKl) {
    double[] perResponse =
        baseline.advantages(experience.responses().groups(), experience.responses().outcome());
    return new Estimate(experience.cut().tokens().spread(perResponse), NONE, NONE);
  }
}
