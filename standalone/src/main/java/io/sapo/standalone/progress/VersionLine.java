package io.sapo.standalone.progress;

import io.sapo.schemas.WeightVersion;
import java.util.Map;

/**
 * One committed version, as progress shows it.
 *
 * @param trainedTotal records trained on up to here
 * @param consumedTotal records trained on or skipped up to here
 */
record VersionLine(
    long version, Report report, long trainedTotal, long consumedTotal, long committedAtMs) {

  /**
   * Metrics of the update; NaN where it does not have them.
   *
   * @param tokensPerSecond prompt and response tokens trained on
   * @param stalenessMean versions between a trajectory's start and its training
   * @param durabilityCost share of commit and checkpoint in the time of an update, of the one
   *     before
   */
  record Report(
      double reward,
      double accuracy,
      double entropy,
      double tokensPerSecond,
      double stalenessMean,
      double stalenessMax,
      double durabilityCost) {}

  static VersionLine of(WeightVersion record) {
    Map<String, Double> metrics = record.getMetrics();
    return new VersionLine(
        record.getVersion(),
        new Report(
            metrics.getOrDefault("reward", Double.NaN),
            metrics.getOrDefault("accuracy", Double.NaN),
            metrics.getOrDefault("entropy", Double.NaN),
            metrics.getOrDefault("tokens_per_second", Double.NaN),
            metrics.getOrDefault("staleness_mean", Double.NaN),
            metrics.getOrDefault("staleness_max", Double.NaN),
            metrics.getOrDefault("durability_cost", Double.NaN)),
        record.getTrainedTotal(),
        record.getConsumedTotal(),
        record.getCommittedAtMs());
  }
}
