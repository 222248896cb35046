package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.Metric;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.VersionEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Judges the newest updates by what their commit records say of them. */
final class UpdateConditions {
  private static final int RECENT_UPDATES = 5;
  private static final double MAX_STALE_SHARE = 0.05;
  private static final double NEAR_BOUND = 0.95;
  private static final double SURE_ENOUGH = 0.9;

  private final Thresholds limits;

  UpdateConditions(Thresholds limits) {
    this.limits = limits;
  }

  /**
   * @param excuse why no version is to be expected; empty where one is
   */
  Condition versions(Optional<VersionEntry> newest, Optional<String> excuse, long nowMs) {
    String id = "new-version";
    String title = "New versions appear";
    if (newest.isEmpty()) {
      return Condition.unknown(id, title, "no version has been committed yet");
    }
    long age = nowMs - newest.get().committedAtMs();
    String reason =
        String.format(
            ROOT,
            "version %d was committed %d s ago%s",
            newest.get().version(),
            Math.max(0, age / 1000),
            excuse.map(why -> "; " + why).orElse(""));
    boolean late = age > limits.noVersionFor().toMillis();
    return Condition.of(late && excuse.isEmpty(), id, title, reason);
  }

  /** With a bound of one, data at the bound is the rule; what is dropped for its age never is. */
  static Condition staleness(RunState run) {
    String id = "staleness";
    String title = "Training data is fresh";
    List<VersionEntry> recent = run.versions().newestFirst(0, Long.MAX_VALUE, RECENT_UPDATES);
    long records = recent.stream().mapToLong(v -> v.trained() + v.skipped()).sum();
    if (records == 0 || run.stalenessBound().isEmpty()) {
      return Condition.unknown(id, title, "no update has been reported");
    }
    long dropped = recent.stream().mapToLong(VersionEntry::skippedAsStale).sum();
    long bound = run.stalenessBound().getAsLong();
    OptionalDouble mean = metric(run.versions().newest(), Metric.STALENESS_MEAN);
    boolean near = bound > 1 && mean.isPresent() && mean.getAsDouble() > NEAR_BOUND * bound;
    return Condition.of(
        near || dropped > MAX_STALE_SHARE * records,
        id,
        title,
        String.format(
            ROOT,
            "%d of %d records dropped as stale in the last %d updates; mean staleness %s, bound %d",
            dropped,
            records,
            recent.size(),
            mean.isPresent() ? String.format(ROOT, "%.2f", mean.getAsDouble()) : "unknown",
            bound));
  }

  /**
   * A policy that is nearly always right may be sure of itself.
   *
   * @param first of the run's first updates; NaN where that is not known, and the floor alone
   *     judges
   */
  Condition entropy(Optional<VersionEntry> newest, double first) {
    String id = "entropy";
    String title = "The policy still explores";
    OptionalDouble entropy = metric(newest, Metric.ENTROPY);
    if (entropy.isEmpty()) {
      return Condition.unknown(id, title, "no entropy has been reported");
    }
    double accuracy = metric(newest, Metric.ACCURACY).orElse(0);
    boolean collapsed =
        entropy.getAsDouble() < limits.updates().entropyFloor()
            || entropy.getAsDouble() < first * limits.updates().entropyShare();
    return Condition.of(
        collapsed && accuracy < SURE_ENOUGH,
        id,
        title,
        String.format(
            ROOT,
            "entropy is %.4f nats at accuracy %.2f; %s",
            entropy.getAsDouble(),
            accuracy,
            Double.isNaN(first)
                ? "how it began is not known"
                : String.format(ROOT, "it began at %.4f", first)));
  }

  Condition kl(Optional<VersionEntry> newest) {
    String id = "kl";
    String title = "The policy moves in small steps";
    List<String> found = new ArrayList<>();
    boolean exploding = false;
    for (String name : List.of(Metric.KL_OLD, Metric.KL_REFERENCE)) {
      OptionalDouble kl = metric(newest, name);
      if (kl.isPresent()) {
        found.add(String.format(ROOT, "%s is %.4f", name, kl.getAsDouble()));
        exploding |= Math.abs(kl.getAsDouble()) > limits.updates().maxKl();
      }
    }
    return found.isEmpty()
        ? Condition.unknown(id, title, "no divergence has been reported")
        : Condition.of(
            exploding,
            id,
            title,
            String.join("; ", found) + "; the limit is " + limits.updates().maxKl());
  }

  /** Where every record is stale, the divergence from the behaviour policy is the nearest thing. */
  Condition logProbGap(Optional<VersionEntry> newest) {
    String id = "log-prob-gap";
    String title = "Sampled and trained log-probabilities agree";
    OptionalDouble exact = metric(newest, Metric.LOG_PROB_GAP);
    OptionalDouble gap = exact.isPresent() ? exact : metric(newest, Metric.KL_BEHAVIOUR);
    if (gap.isEmpty()) {
      return Condition.unknown(id, title, "no difference has been reported");
    }
    return Condition.of(
        Math.abs(gap.getAsDouble()) > limits.updates().maxLogProbGap(),
        id,
        title,
        String.format(
            ROOT,
            "they differ by %.4f nats per token%s; the limit is %s",
            gap.getAsDouble(),
            exact.isPresent() && metric(newest, Metric.LOG_PROB_GAP_AGE).orElse(0) == 0
                ? ""
                : " on average, the versions between included",
            limits.updates().maxLogProbGap()));
  }

  static Condition finite(Optional<VersionEntry> newest) {
    List<String> bad =
        newest.map(VersionEntry::metrics).orElse(Collections.emptySortedMap()).entrySet().stream()
            .filter(metric -> !Double.isFinite(metric.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    return Condition.of(
        !bad.isEmpty(),
        "finite",
        "Reported numbers are finite",
        bad.isEmpty() ? "all are" : "not finite: " + String.join(", ", bad));
  }

  /** Of an update that could not be computed nothing but its commit record is left. */
  static Condition leftOut(Optional<VersionEntry> newest) {
    boolean nothing = metric(newest, Metric.LEFT_OUT).orElse(0) > 0;
    return Condition.of(
        nothing,
        "left-out",
        "Updates change the weights",
        nothing
            ? "the update to version %d, or the rest of it, was skipped; the learner's log says why"
                .formatted(newest.orElseThrow().version())
            : "the newest did");
  }

  private static OptionalDouble metric(Optional<VersionEntry> version, String name) {
    Double value = version.map(v -> v.metrics().get(name)).orElse(null);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
