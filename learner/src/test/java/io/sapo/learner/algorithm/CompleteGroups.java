package io.sapo.learner.algorithm;

import java.util.HashMap;
import java.util.Map;

/** What the segmenter records of groups. */
final class CompleteGroups {
  private CompleteGroups() {}

  /** Statistics of groups that lie complete in one batch. */
  static GroupBaselines of(double[] rewards, int[] groups) {
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
    return new GroupBaselines(countOf, countOf, meanOf, deviationOf);
  }
}
