package io.sapo.learner.algorithm;

import java.util.HashMap;
import java.util.Map;

/**
 * Rewards of the group (the rollouts of one prompt) that each response belongs to; one entry a
 * response.
 *
 * @param counts responses in the group
 * @param means mean reward of the group
 * @param deviations Bessel-corrected standard deviation of the group's rewards; 0 for a single one
 */
public record GroupStatistics(int[] counts, double[] means, double[] deviations) {

  private static final double DEVIATION_FLOOR = 1e-6;

  /** Statistics of groups that lie complete in one batch. */
  public static GroupStatistics of(double[] rewards, int[] groups) {
    Map<Integer, Integer> slots = new HashMap<>();
    int[] slot = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      int fresh = slots.size();
      slot[i] = slots.computeIfAbsent(groups[i], group -> fresh);
    }
    int[] counts = new int[slots.size()];
    double[] means = new double[slots.size()];
    double[] squares = new double[slots.size()];
    for (int i = 0; i < groups.length; i++) {
      counts[slot[i]]++;
      means[slot[i]] += rewards[i];
    }
    for (int s = 0; s < counts.length; s++) {
      means[s] /= counts[s];
    }
    for (int i = 0; i < groups.length; i++) {
      double difference = rewards[i] - means[slot[i]];
      squares[slot[i]] += difference * difference;
    }
    int[] countOf = new int[groups.length];
    double[] meanOf = new double[groups.length];
    double[] deviationOf = new double[groups.length];
    for (int i = 0; i < groups.length; i++) {
      int count = counts[slot[i]];
      countOf[i] = count;
      meanOf[i] = means[slot[i]];
      deviationOf[i] = count > 1 ? Math.sqrt(squares[slot[i]] / (count - 1)) : 0;
    }
    return new GroupStatistics(countOf, meanOf, deviationOf);
  }

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
