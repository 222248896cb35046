package io.sapo.standalone.progress;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.evaluator.Score;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Result of a run. Figures that do not exist, such as the reward of a run without updates, are
 * null.
 *
 * @param updates made by this start of the run
 * @param trajectories published over the whole run; so are all counts that follow
 * @param version newest, with which the run can be continued
 * @param seconds this start took, evaluations included
 * @param accuracyBefore of the held-out tasks at evaluation sampling, by this start's first version
 * @param recordsWaiting published, but not consumed when this start ended; the next one consumes
 *     them, as far as they are not too old by then
 * @param durabilityCost mean share that commits and checkpoints take of the time of an update
 * @param rewardFirst10 mean over the run's first ten updates
 * @param rewardLast10 mean over its last ten
 */
public record RunSummary(
    @JsonProperty("updates") long updates,
    @JsonProperty("trajectories") long trajectories,
    @JsonProperty("version") long version,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("accuracy_before") Double accuracyBefore,
    @JsonProperty("accuracy_after") Double accuracyAfter,
    @JsonProperty("greedy_before") Double greedyBefore,
    @JsonProperty("greedy_after") Double greedyAfter,
    @JsonProperty("reward_first_10") Double rewardFirst10,
    @JsonProperty("reward_last_10") Double rewardLast10,
    @JsonProperty("max_staleness_trained") long maxStalenessTrained,
    @JsonProperty("records_trained") long recordsTrained,
    @JsonProperty("records_skipped") long recordsSkipped,
    @JsonProperty("records_waiting") long recordsWaiting,
    @JsonProperty("dead_letters") long deadLetters,
    @JsonProperty("durability_cost") Double durabilityCost,
    @JsonProperty("evaluation_tasks") int evaluationTasks,
    @JsonProperty("config_digest") String configDigest,
    @JsonProperty("data") String data) {
  private static final int ENDS = 10;
  private static final double NEXT_TO_NOTHING = 0.05;

  /**
   * What the orchestration knows and the small topics do not say.
   *
   * @param refused trajectories that became dead letters
   */
  public record Start(
      long fromVersion,
      double seconds,
      long trajectories,
      long refused,
      String configDigest,
      String data) {}

  public static RunSummary of(RunProgress progress, Start start, Examined before, Examined after) {
    List<VersionLine> versions = progress.versions();
    List<VersionLine> updates = versions.stream().filter(line -> line.version() > 0).toList();
    VersionLine last = versions.isEmpty() ? null : versions.get(versions.size() - 1);
    long version = last == null ? -1 : last.version();
    int n = updates.size();
    return new RunSummary(
        Math.max(0, version - Math.max(0, start.fromVersion())),
        start.trajectories(),
        version,
        start.seconds(),
        accuracy(before == null ? null : before.sampled()),
        accuracy(after == null ? null : after.sampled()),
        accuracy(before == null ? null : before.greedy()),
        accuracy(after == null ? null : after.greedy()),
        meanReward(updates.subList(0, Math.min(ENDS, n))),
        meanReward(updates.subList(Math.max(0, n - ENDS), n)),
        maxStaleness(updates),
        last == null ? 0 : last.trainedTotal(),
        last == null ? 0 : last.consumedTotal() - last.trainedTotal(),
        start.trajectories() - (last == null ? 0 : last.consumedTotal()) - start.refused(),
        progress.deadLetters(),
        durabilityCost(updates),
        after == null ? 0 : after.sampled().tasks(),
        start.configDigest(),
        start.data());
  }

  private static Double accuracy(Score score) {
    return score == null || score.tasks() == 0 ? null : score.accuracy();
  }

  private static Double meanReward(List<VersionLine> updates) {
    double sum = 0;
    for (VersionLine update : updates) {
      sum += update.reward();
    }
    return updates.isEmpty() ? null : sum / updates.size();
  }

  /** The first update of a start knows of none before it. */
  private static Double durabilityCost(List<VersionLine> updates) {
    double[] known =
        updates.stream()
            .mapToDouble(VersionLine::durabilityCost)
            .filter(cost -> cost > 0)
            .toArray();
    return known.length == 0 ? null : Arrays.stream(known).sum() / known.length;
  }

  private static long maxStaleness(List<VersionLine> updates) {
    double max = 0;
    for (VersionLine update : updates) {
      max = Double.isNaN(update.stalenessMax()) ? max : Math.max(max, update.stalenessMax());
    }
    return Math.round(max);
  }

  /** For people, several lines. */
  public String text() {
    return figures() + verdict();
  }

  private String verdict() {
    return rewardLast10 == null || rewardLast10 >= NEXT_TO_NOTHING
        ? ""
        : "next to no reward was earned: these tasks are beyond this model, and from answers that"
            + " are nearly all wrong it cannot learn; start from a stronger --checkpoint\n";
  }

  private String figures() {
    return String.format(
        Locale.ROOT,
        """
                          before    after
        sampled           %6s   %6s   accuracy on %d held-out tasks
        greedy            %6s   %6s
        reward            %6s   %6s   first and last ten updates
        version %d after %.0f s: %d updates, %d trajectories, %d records trained, %d skipped,\
         %d waiting, %d dead letters, staleness up to %d; commits and checkpoints took %s of an update
        data in %s; sapo export --data writes the trained model for other engines
        """,
        figure(accuracyBefore),
        figure(accuracyAfter),
        evaluationTasks,
        figure(greedyBefore),
        figure(greedyAfter),
        figure(rewardFirst10),
        figure(rewardLast10),
        version,
        seconds,
        updates,
        trajectories,
        recordsTrained,
        recordsSkipped,
        recordsWaiting,
        deadLetters,
        maxStalenessTrained,
        durabilityCost == null ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * durabilityCost),
        data);
  }

  private static String figure(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
