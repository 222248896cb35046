package io.sapo.segmenter.topology;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.List;

/**
 * Mean and spread of a group's outcome rewards, summed in the order given.
 *
 * @param standardDeviation Bessel-corrected; 0 for a group of one
 */
record GroupStatistics(double mean, double standardDeviation, int count) {
  /**
   * @param rewards of a group's rollouts
   */
  static GroupStatistics of(List<Double> rewards) {
    double sum = 0;
    for (double reward : rewards) {
      sum += reward;
    }
    double mean = sum / rewards.size();
    double squares = 0;
    for (double reward : rewards) {
      double deviation = reward - mean;
      squares += deviation * deviation;
    }
    double variance = rewards.size() == 1 ? 0 : squares / (rewards.size() - 1);
    return new GroupStatistics(mean, Math.sqrt(variance), rewards.size());
  }

  void writeTo(SegmentedTrajectory rollout, boolean complete) {
    rollout.setGroupMean(mean);
    rollout.setGroupStd(standardDeviation);
    rollout.setGroupCount(count);
    rollout.setGroupComplete(complete);
  }
}
