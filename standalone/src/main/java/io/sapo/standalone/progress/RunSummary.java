package io.sapo.standalone.progress;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.evaluator.Score;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Result of a run; its JSON is flat. Figures that do not exist, such as the reward of a run without
 * updates, are null.
 *
 * @param updates made by this start of the run
 * @param version newest, with which the run can be continued
 * @param data the run's folder
 */
public record RunSummary(
    @JsonProperty("updates") long updates,
    @JsonProperty("version") long version,
    @JsonUnwrapped Times times,
    @JsonUnwrapped Accuracy accuracy,
    @JsonUnwrapped Rewards rewards,
    @JsonUnwrapped Records records,
    @JsonProperty("config_digest") String configDigest,
    @JsonProperty("data") String data) {

  /**
   * What it took.
   *
   * @param seconds of this start, evaluations included
   * @param durabilityCost mean share that commits and checkpoints take of the time of an update
   */
  public record Times(
      @JsonProperty("seconds") double seconds,
      @JsonProperty("durability_cost") Double durabilityCost) {}

  /**
   * Of the held-out tasks, by this start's first version and by the newest.
   *
   * @param before at evaluation sampling
   */
  public record Accuracy(
      @JsonProperty("accuracy_before") Double before,
      @JsonProperty("accuracy_after") Double after,
      @JsonProperty("greedy_before") Double greedyBefore,
      @JsonProperty("greedy_after") Double greedyAfter,
      @JsonProperty("evaluation_tasks") int tasks) {}

  /** Means over the run's first and last ten updates. */
  public record Rewards(
      @JsonProperty("reward_first_10") Double first10,
      @JsonProperty("reward_last_10") Double last10) {}

  /**
   * Counts over the whole run.
   *
   * @param trajectories published
   * @param waiting published, but not consumed when this start ended; the next one consumes them,
   *     as far as they are not too old by then
   */
  public record Records(
      @JsonProperty("trajectories") long trajectories,
      @JsonProperty("records_trained") long trained,
      @JsonProperty("records_skipped") long skipped,
      @JsonProperty("records_waiting") long waiting,
      @JsonProperty("dead_letters") long deadLetters,
      @JsonProperty("max_staleness_trained") long maxStaleness) {}

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
        version,
        new Times(start.seconds(), durabilityCost(updates)),
        new Accuracy(
            accuracy(before == null ? null : before.sampled()),
            accuracy(after == null ? null : after.sampled()),
            accuracy(before == null ? null : before.greedy()),
            accuracy(after == null ? null : after.greedy()),
            tasks(after != null ? after : before)),
        new Rewards(
            meanReward(updates.subList(0, Math.min(ENDS, n))),
            meanReward(updates.subList(Math.max(0, n - ENDS), n))),
        new Records(
            start.trajectories(),
            last == null ? 0 : last.trainedTotal(),
            last == null ? 0 : last.consumedTotal() - last.trainedTotal(),
            start.trajectories() - (last == null ? 0 : last.consumedTotal()) - start.refused(),
            progress.deadLetters(),
            maxStaleness(updates)),
        start.configDigest(),
        start.data());
  }

  private static int tasks(Examined examined) {
    return examined == null ? 0 : examined.sampled().tasks();
  }

  private static Double accuracy(Score score) {
    return score == null || score.tasks() == 0 ? null : score.accuracy();
  }

  static Double meanReward(List<VersionLine> updates) {
    // A version that was only published again has none.
    OptionalDouble mean =
        updates.stream()
            .mapToDouble(update -> update.report().reward())
            .filter(Double::isFinite)
            .average();
    return mean.isPresent() ? mean.getAsDouble() : null;
  }

  /** The first update of a start knows of none before it. */
  private static Double durabilityCost(List<VersionLine> updates) {
    double[] known =
        updates.stream()
            .mapToDouble(update -> update.report().durabilityCost())
            .filter(cost -> cost > 0)
            .toArray();
    return known.length == 0 ? null : Arrays.stream(known).sum() / known.length;
  }

  private static long maxStaleness(List<VersionLine> updates) {
    double max = 0;
    for (VersionLine update : updates) {
      max =
          Double.isNaN(update.report().stalenessMax())
              ? max
              : Math.max(max, update.report().stalenessMax());
    }
    return Math.round(max);
  }

  /** For people, several lines. */
  public String text() {
    return figures() + verdict();
  }

  private String verdict() {
    return rewards.last10() == null || rewards.last10() >= NEXT_TO_NOTHING
        ? ""
        : "next to no reward was earned, and from answers that are nearly all wrong a model cannot"
            + " learn: either these tasks are beyond it (start from a stronger --checkpoint), or its"
            + " answers lack what the verifier looks for (sapo inspect trajectory shows one; say how"
            + " to answer with tasks.instruction)\n";
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
        data in %s; sapo export --data %s --to FOLDER writes the trained model for other engines
        """,
        figure(accuracy.before()),
        figure(accuracy.after()),
        accuracy.tasks(),
        figure(accuracy.greedyBefore()),
        figure(accuracy.greedyAfter()),
        figure(rewards.first10()),
        figure(rewards.last10()),
        version,
        times.seconds(),
        updates,
        records.trajectories(),
        records.trained(),
        records.skipped(),
        records.waiting(),
        records.deadLetters(),
        records.maxStaleness(),
        times.durabilityCost() == null
            ? "-"
            : String.format(Locale.ROOT, "%.1f %%", 100 * times.durabilityCost()),
        data,
        data);
  }

  private static String figure(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
