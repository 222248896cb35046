package io.sapo.admin.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a healthy run ends.
 *
 * @param missedHeartbeats heartbeats that may be missing before a component counts as silent
 * @param stuckAfter time that a component's loop may take to come round
 * @param noVersionFor time without a new weight version
 * @param lagRecords consumer lag below which growth is of no interest, in records
 * @param deadLetterShare share of the last minutes' records that were refused
 * @param updates bounds of what updates report
 */
public record Thresholds(
    int missedHeartbeats,
    Duration stuckAfter,
    Duration noVersionFor,
    long lagRecords,
    double deadLetterShare,
    Updates updates) {

  /**
   * Bounds of the metrics of updates.
   *
   * @param entropyFloor mean token entropy below which exploration has ended, in nats
   * @param entropyShare the same as a share of the run's first entropies
   * @param maxKl divergence per token between the policy before and after an update, or from the
   *     reference, in nats
   * @param maxLogProbGap mean absolute difference of sampled and recomputed log-probabilities, in
   *     nats
   * @param rewardDrop fall of the mean reward from its best, in the reward's unit
   */
  public record Updates(
      double entropyFloor,
      double entropyShare,
      double maxKl,
      double maxLogProbGap,
      double rewardDrop) {}

  public static Thresholds defaults() {
    return new Thresholds(
        3,
        Duration.ofMinutes(15),
        Duration.ofMinutes(10),
        2_000,
        0.01,
        new Updates(0.002, 0.05, 1.0, 0.2, 0.2));
  }

  public Thresholds withDeadLetterShare(double value) {
    return new Thresholds(missedHeartbeats, stuckAfter, noVersionFor, lagRecords, value, updates);
  }

  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    requirePositive("admin.missed-heartbeats", missedHeartbeats, problems);
    requirePositive("admin.no-version-for", noVersionFor.toMillis(), problems);
    requirePositive("admin.lag-records", lagRecords, problems);
    requirePositive("admin.entropy-floor", updates.entropyFloor(), problems);
    requirePositive("admin.entropy-share", updates.entropyShare(), problems);
    requirePositive("admin.max-kl", updates.maxKl(), problems);
    requirePositive("admin.max-log-prob-gap", updates.maxLogProbGap(), problems);
    requirePositive("admin.reward-drop", updates.rewardDrop(), problems);
    requirePositive("admin.dead-letter-share", deadLetterShare, problems);
    requirePositive("run.stuck-after", stuckAfter.toMillis(), problems);
    return problems;
  }

  public SortedMap<String, String> shown() {
    SortedMap<String, String> shown = new TreeMap<>();
    shown.put("admin.missed-heartbeats", Integer.toString(missedHeartbeats));
    shown.put("admin.no-version-for", noVersionFor.toSeconds() + "s");
    shown.put("admin.lag-records", Long.toString(lagRecords));
    shown.put("admin.entropy-floor", Double.toString(updates.entropyFloor()));
    shown.put("admin.entropy-share", Double.toString(updates.entropyShare()));
    shown.put("admin.max-kl", Double.toString(updates.maxKl()));
    shown.put("admin.max-log-prob-gap", Double.toString(updates.maxLogProbGap()));
    shown.put("admin.reward-drop", Double.toString(updates.rewardDrop()));
    shown.put("admin.dead-letter-share", Double.toString(deadLetterShare));
    shown.put("run.stuck-after", stuckAfter.toSeconds() + "s");
    return shown;
  }

  private static void requirePositive(String key, double value, List<String> problems) {
    if (!(value > 0)) {
      problems.add(key + " is " + value + "; it must be above 0");
    }
  }
}
