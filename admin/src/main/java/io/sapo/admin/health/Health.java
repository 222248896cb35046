package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.Metric;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Judges what is known of a run against the thresholds. Pure: the same knowledge, the same answer.
 */
public final class Health {
  private static final long DEAD_LETTER_WINDOW_MS = Duration.ofMinutes(5).toMillis();
  private static final long SILENT_IS_GONE_MS = Duration.ofMinutes(10).toMillis();
  private static final long LAG_WINDOW_MS = Duration.ofSeconds(30).toMillis();
  private static final int RECENT_UPDATES = 5;
  private static final double MAX_STALE_SHARE = 0.05;
  private static final double NEAR_BOUND = 0.95;
  private static final double SURE_ENOUGH = 0.9;
  private static final List<Component> NEEDED =
      List.of(Component.PRODUCER, Component.SEGMENTER, Component.LEARNER);

  private final Thresholds limits;

  public Health(Thresholds limits) {
    this.limits = limits;
  }

  /**
   * @param reading what keeps the topics from being read; empty when nothing does
   */
  public List<Condition> judge(
      RunState run, Lags lags, String reading, boolean caughtUp, long nowMs) {
    List<Status> components = run.heartbeats().all();
    Optional<VersionEntry> newest = run.versions().newest();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(broker(lags, reading, caughtUp));
    conditions.add(heartbeats(components, nowMs));
    conditions.add(failed(components, nowMs));
    conditions.add(stuck(components, nowMs));
    conditions.add(lag(lags));
    conditions.add(versions(newest, components, nowMs));
    conditions.add(staleness(run));
    conditions.add(entropy(newest, run.versions().firstEntropy()));
    conditions.add(kl(newest));
    conditions.add(logProbGap(newest));
    conditions.add(finite(newest));
    conditions.add(leftOut(newest));
    conditions.add(skipped(components, nowMs));
    conditions.add(deadLetters(run, nowMs));
    conditions.add(JudgesAway.judge(components));
    conditions.add(RewardTrend.judge(run.versions(), limits.rewardDrop()));
    conditions.add(Replay.judge(run.versions(), lags.segments()));
    return List.copyOf(conditions);
  }

  public static boolean healthy(List<Condition> conditions) {
    return conditions.stream().noneMatch(c -> c.state() == Condition.State.FAILING);
  }

  /** Whether a component has missed the heartbeats it announced. */
  public boolean silent(Status status, long nowMs) {
    long allowed = Math.max(1_000, limits.missedHeartbeats() * status.getIntervalMs());
    return !status.getState().equals("stopped") && nowMs - status.getAtMs() > allowed;
  }

  private static Condition broker(Lags lags, String reading, boolean caughtUp) {
    String id = "broker";
    String title = "Kafka can be read";
    if (!lags.failure().isEmpty()) {
      return Condition.failing(id, title, lags.failure());
    }
    if (!reading.isEmpty()) {
      return Condition.failing(id, title, reading);
    }
    return Condition.of(
        !caughtUp, id, title, caughtUp ? "topics are read to their ends" : "still catching up");
  }

  private Condition heartbeats(List<Status> components, long nowMs) {
    String id = "heartbeat";
    String title = "Every component reports";
    List<String> reasons = new ArrayList<>();
    for (Component kind : NEEDED) {
      List<Status> same = components.stream().filter(s -> s.getComponent() == kind).toList();
      if (same.isEmpty()) {
        reasons.add("no " + kind.name().toLowerCase(ROOT) + " has ever reported");
      }
      boolean other = same.stream().anyMatch(s -> !silent(s, nowMs));
      for (Status status : same) {
        long age = nowMs - status.getAtMs();
        boolean gone = other && age > SILENT_IS_GONE_MS;
        if (silent(status, nowMs) && !gone) {
          reasons.add(name(status) + " was last heard of " + age / 1000 + " s ago");
        }
      }
    }
    return reasons.isEmpty()
        ? Condition.ok(id, title, components.size() + " components heard of")
        : Condition.failing(id, title, String.join("; ", reasons));
  }

  private Condition failed(List<Status> components, long nowMs) {
    List<String> reasons = new ArrayList<>();
    for (Status status : components) {
      if (status.getState().equals("failed") && nowMs - status.getAtMs() < SILENT_IS_GONE_MS) {
        reasons.add(name(status) + " failed: " + status.getMessage());
      }
    }
    return Condition.of(
        !reasons.isEmpty(),
        "component-failed",
        "No component has failed",
        reasons.isEmpty() ? "none says so" : String.join("; ", reasons));
  }

  /** Its heartbeats come from a thread of their own, and go on while the loop stands still. */
  private Condition stuck(List<Status> components, long nowMs) {
    List<String> reasons = new ArrayList<>();
    for (Status status : components) {
      double seconds = status.getGauges().getOrDefault(Liveness.GAUGE, 0.0);
      if (!silent(status, nowMs) && seconds > limits.stuckAfter().toMillis() / 1e3) {
        reasons.add(
            String.format(
                ROOT,
                "%s has not got on for %.0f s; run.stuck-after is %d s",
                name(status),
                seconds,
                limits.stuckAfter().toSeconds()));
      }
    }
    return Condition.of(
        !reasons.isEmpty(),
        "stuck",
        "Every component gets on",
        reasons.isEmpty() ? "none stands still" : String.join("; ", reasons));
  }

  /** Of an update that could not be computed nothing but its commit record is left. */
  private static Condition leftOut(Optional<VersionEntry> newest) {
    boolean nothing = metric(newest, Metric.LEFT_OUT).orElse(0) > 0;
    return Condition.of(
        nothing,
        "left-out",
        "Updates change the weights",
        nothing
            ? "the update to version %d, or its end, was left out; the learner's log says why"
                .formatted(newest.orElseThrow().version())
            : "the newest did");
  }

  private Condition lag(Lags lags) {
    String id = "lag";
    String title = "Consumers keep up";
    if (lags.groups().isEmpty()) {
      return Condition.unknown(id, title, "no consumer group has committed a position");
    }
    List<String> reasons = new ArrayList<>();
    long total = 0;
    for (Lags.Group group : lags.groups()) {
      total += group.lag();
      boolean grows = group.growth() > group.lag() / 4 && group.windowMs() >= LAG_WINDOW_MS;
      if (group.lag() > limits.lagRecords() && grows) {
        reasons.add(
            String.format(
                ROOT,
                "%s is %d records behind on %s, %d more than %d s ago",
                group.group(),
                group.lag(),
                group.topic(),
                group.growth(),
                group.windowMs() / 1000));
      }
    }
    return reasons.isEmpty()
        ? Condition.ok(id, title, total + " records behind in all")
        : Condition.failing(id, title, String.join("; ", reasons));
  }

  private Condition versions(Optional<VersionEntry> newest, List<Status> components, long nowMs) {
    String id = "new-version";
    String title = "New versions appear";
    boolean paused =
        components.stream()
            .anyMatch(s -> s.getComponent() == Component.LEARNER && s.getState().equals("paused"));
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
            paused ? "; the learner is paused" : "");
    return Condition.of(!paused && age > limits.noVersionFor().toMillis(), id, title, reason);
  }

  /** With a bound of one, data at the bound is the rule; what is dropped for its age never is. */
  private static Condition staleness(RunState run) {
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

  /** A policy that is nearly always right may be sure of itself. */
  private Condition entropy(Optional<VersionEntry> newest, double first) {
    String id = "entropy";
    String title = "The policy still explores";
    OptionalDouble entropy = metric(newest, Metric.ENTROPY);
    if (entropy.isEmpty()) {
      return Condition.unknown(id, title, "no entropy has been reported");
    }
    double accuracy = metric(newest, Metric.ACCURACY).orElse(0);
    boolean collapsed =
        entropy.getAsDouble() < limits.entropyFloor()
            || entropy.getAsDouble() < first * limits.entropyShare();
    return Condition.of(
        collapsed && accuracy < SURE_ENOUGH,
        id,
        title,
        String.format(
            ROOT,
            "entropy is %.4f nats at accuracy %.2f; it began at %.4f",
            entropy.getAsDouble(),
            accuracy,
            first));
  }

  private Condition kl(Optional<VersionEntry> newest) {
    String id = "kl";
    String title = "The policy moves in small steps";
    List<String> found = new ArrayList<>();
    boolean exploding = false;
    for (String name : List.of(Metric.KL_OLD, Metric.KL_REFERENCE)) {
      OptionalDouble kl = metric(newest, name);
      if (kl.isPresent()) {
        found.add(String.format(ROOT, "%s is %.4f", name, kl.getAsDouble()));
        exploding |= Math.abs(kl.getAsDouble()) > limits.maxKl();
      }
    }
    return found.isEmpty()
        ? Condition.unknown(id, title, "no divergence has been reported")
        : Condition.of(
            exploding, id, title, String.join("; ", found) + "; the limit is " + limits.maxKl());
  }

  /** Where every record is stale, the divergence from the behaviour policy is the nearest thing. */
  private Condition logProbGap(Optional<VersionEntry> newest) {
    String id = "log-prob-gap";
    String title = "Sampled and trained log-probabilities agree";
    OptionalDouble exact = metric(newest, Metric.LOG_PROB_GAP);
    OptionalDouble gap = exact.isPresent() ? exact : metric(newest, Metric.KL_BEHAVIOUR);
    if (gap.isEmpty()) {
      return Condition.unknown(id, title, "no difference has been reported");
    }
    return Condition.of(
        Math.abs(gap.getAsDouble()) > limits.maxLogProbGap(),
        id,
        title,
        String.format(
            ROOT,
            "they differ by %.4f nats per token%s; the limit is %s",
            gap.getAsDouble(),
            exact.isPresent() && metric(newest, Metric.LOG_PROB_GAP_AGE).orElse(0) == 0
                ? ""
                : " on average, the versions between included",
            limits.maxLogProbGap()));
  }

  private static Condition finite(Optional<VersionEntry> newest) {
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

  /** The learner says it while more records are skipped for a batch than taken into it. */
  private Condition skipped(List<Status> components, long nowMs) {
    String id = "skipped";
    String title = "The learner trains on what it reads";
    for (Status status : components) {
      double skipped = status.getGauges().getOrDefault("batch_skipped", 0.0);
      double trained = status.getGauges().getOrDefault("batch_trained", 0.0);
      boolean running = status.getState().equals("running") && !silent(status, nowMs);
      if (status.getComponent() == Component.LEARNER && running && skipped > trained) {
        return Condition.failing(id, title, name(status) + " " + status.getMessage());
      }
    }
    return Condition.ok(id, title, "most records are taken into batches");
  }

  private Condition deadLetters(RunState run, long nowMs) {
    long from = nowMs - DEAD_LETTER_WINDOW_MS;
    long refused = run.deadLetters().all().stream().filter(e -> e.atMs() >= from).count();
    long accepted = run.trajectories().since(from);
    double share = refused == 0 ? 0 : (double) refused / (refused + accepted);
    return Condition.of(
        share > limits.deadLetterShare(),
        "dead-letters",
        "Records are accepted",
        String.format(
            ROOT,
            "%d dead letters and %d accepted records in the last five minutes (%.2f %% refused)",
            refused,
            accepted,
            100 * share));
  }

  private static OptionalDouble metric(Optional<VersionEntry> version, String name) {
    Double value = version.map(v -> v.metrics().get(name)).orElse(null);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private static String name(Status status) {
    return status.getComponent().name().toLowerCase(ROOT) + " " + status.getInstance();
  }
}
