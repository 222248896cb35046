package io.sapo.learner.algorithm;

/**
 * Rewards of the group (the rollouts of one prompt) that each response belongs to, as the segmenter
 * recorded them, and the advantages over them; one entry a response.
 *
 * @param counts responses in the group
 * @param means mean reward of the group
 * @param deviations Bessel-corrected standard deviation of the group's rewards; 0 for a single one
 */
public record GroupBaselines(int[] counts, double[] means, double[] deviations) {

  private static final double DEVIATION_FLOOR = 1e-6;

  /**
   * GRPO (Shao et al. 2024): (r − mean) / (deviation + 1e-6). A response alone in its group keeps
   * its reward (mean 0, deviation 1), as the common implementations have it.
   */
  public double[] relative(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      double mean = counts[i] > 1 ? means[i] : 0;
      double deviation = counts[i] > 1 ? deviations[i] : 1;
      advantages[i] = (rewards[i] - mean) / (deviation + DEVIATION_FLOOR);
    }
    return advantages;
  }

  /** Dr. GRPO (Liu et al. 2025): r − mean. A response alone in its group keeps its reward. */
  public double[] centred(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      advantages[i] = counts[i] > 1 ? rewards[i] - means[i] : rewards[i];
    }
    return advantages;
  }

  /**
   * RLOO (Ahmadian et al. 2024): r less the mean of the others in the group, = (r − mean) · n/(n −
   * 1). A response alone in its group keeps its reward.
   */
  public double[] leaveOneOut(double[] rewards) {
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      double n = counts[i];
      advantages[i] = n > 1 ? (rewards[i] - means[i]) * n / (n - 1) : rewards[i];
    }
    return advantages;
  }
}
