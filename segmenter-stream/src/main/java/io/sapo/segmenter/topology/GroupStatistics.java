package io.sapo.segmenter.topology;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.List;

/**
 * Mean and spread of a group's outcome rewards, summed in the order given.
 *
 * @param standardDeviation Bessel-corrected; 0 for a group of one
 */
record GroupStatistics(double mean, double standardDeviation, int count) {
  static GroupStatistics of(List<SegmentedTrajectory> group) {
    double sum = 0;
    for (SegmentedTrajectory rollout : group) {
      sum += rollout.getOutcomeReward();
    }
    double mean = sum / group.size();
    double squares = 0;
    for (SegmentedTrajectory rollout : group) {
      double deviation = rollout.getOutcomeReward() - mean;
      squares += deviation * deviation;
    }
    double variance = group.size() == 1 ? 0 : squares / (group.size() - 1);
    return new GroupStatistics(mean, Math.sqrt(variance), group.size());
  }

  void writeTo(SegmentedTrajectory rollout, boolean complete) {
    rollout.setGroupMean(mean);
    rollout.setGroupStd(standardDeviation);
    rollout.setGroupCount(count);
    rollout.setGroupComplete(complete);
  }
}
