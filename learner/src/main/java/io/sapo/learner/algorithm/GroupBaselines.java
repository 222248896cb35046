package io.sapo.learner.algorithm;

/**
 * Rewards of the group (the rollouts of one prompt) that each response belongs to, as the segmenter
 * recorded them, and the advantages over them; one entry a response.
 *
 * <p>A response alone in its group has no baseline. One that was asked for alone keeps its reward,
 * as the common implementations have it (mean 0, deviation 1). One that is all that is left of a
 * larger group has advantage 0: its reward would stand beside differences from a mean.
 *
 * @param sizes responses that each group was to have
 * @param counts responses in the group
 * @param means mean reward of the group
 * @param deviations Bessel-corrected standard deviation of the group's rewards; 0 for a single one
 */
public record GroupBaselines(int[] sizes, int[] counts, double[] means, double[] deviations) {

  private static final double DEVIATION_FLOOR = 1e-6;

  /** GRPO (Shao et al. 2024): (r − mean) / (deviation + 1e-6). */
  public double[] relative(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      advantages[i] =
          counts[i] > 1
              ? (rewards[i] - means[i]) / (deviations[i] + DEVIATION_FLOOR)
              : alone(i, rewards[i] / (1 + DEVIATION_FLOOR));
    }
    return advantages;
  }

  /** Dr. GRPO (Liu et al. 2025): r − mean. */
  public double[] centred(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      advantages[i] = counts[i] > 1 ? rewards[i] - means[i] : alone(i, rewards[i]);
    }
    return advantages;
  }

  /**
   * RLOO (Ahmadian et al. 2024): r less the mean of the others in the group, = (r − mean) · n/(n −
   * 1).
   */
  public double[] leaveOneOut(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      double n = counts[i];
      advantages[i] = n > 1 ? (rewards[i] - means[i]) * n / (n - 1) : alone(i, rewards[i]);
    }
    return advantages;
  }

  private double alone(int response, double reward) {
    return sizes[response] > 1 ? 0 : reward;
  }
}
