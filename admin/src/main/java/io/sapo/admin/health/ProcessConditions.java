package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.config.Thresholds;
import io.sapo.schemas.Component;
import io.sapo.schemas.GoalReached;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Judges the processes of a run by their heartbeats. */
final class ProcessConditions {
  private static final long SILENT_IS_GONE_MS = Duration.ofMinutes(10).toMillis();
  private static final String STOPPED = "stopped";
  private static final String FAILED = "failed";
  private static final Set<String> OVER = Set.of(STOPPED, FAILED);
  private static final String PRODUCER = "producer";

  /** Beside a producer, or what takes its place. */
  private static final List<String> NEEDED = List.of("segmenter", "learner");

  private final Thresholds limits;

  ProcessConditions(Thresholds limits) {
    this.limits = limits;
  }

  /** Whether a component has missed the heartbeats it announced. */
  boolean silent(Status status, long nowMs) {
    long allowed = Math.max(1_000, limits.missedHeartbeats() * status.getIntervalMs());
    return !status.getState().equals(STOPPED) && nowMs - status.getAtMs() > allowed;
  }

  /** Whether it takes part in the run: heard of, and neither ended nor failed. */
  boolean live(Status status, long nowMs) {
    return !OVER.contains(status.getState()) && !silent(status, nowMs);
  }

  /**
   * Whether others have taken its place, for good: it has been silent for some minutes, and one of
   * its role lives, or was started after its last word and has ended in order.
   */
  private boolean replaced(Status status, List<Status> components, long nowMs) {
    String role = RoleName.of(status);
    return nowMs - status.getAtMs() > SILENT_IS_GONE_MS
        && components.stream()
            .filter(s -> RoleName.of(s).equals(role))
            .anyMatch(s -> live(s, nowMs) || endedAfter(s, status));
  }

  private static boolean endedAfter(Status successor, Status status) {
    return successor.getState().equals(STOPPED) && successor.getStartedAtMs() > status.getAtMs();
  }

  /**
   * Who has reported and did not say that it has ended is missed, whatever its role; for some
   * minutes only where others have taken its place.
   *
   * @param fed whether trajectories have arrived of late: they may come from producers of one's
   *     own, which need not report
   */
  Condition heartbeats(List<Status> components, boolean fed, long nowMs) {
    List<String> reasons = new ArrayList<>();
    Set<String> heard = components.stream().map(RoleName::of).collect(Collectors.toSet());
    if (!heard.contains(PRODUCER) && !heard.contains(RoleName.GATEWAY) && !fed) {
      reasons.add("no producer has ever reported");
    }
    for (String role : NEEDED) {
      if (!heard.contains(role)) {
        reasons.add("no " + role + " has ever reported");
      }
    }
    for (Status status : components) {
      long age = nowMs - status.getAtMs();
      if (silent(status, nowMs) && !replaced(status, components, nowMs)) {
        reasons.add(name(status) + " was last heard of " + age / 1000 + " s ago");
      }
    }
    String id = "heartbeat";
    String title = "Every component reports";
    return reasons.isEmpty()
        ? Condition.ok(id, title, components.size() + " components heard of")
        : Condition.failing(id, title, String.join("; ", reasons));
  }

  /**
   * Why no new version is to be expected; empty where one is: of a learner that was stopped before
   * it had reached its goal, too, and of a gateway beside producers that have ended.
   *
   * @param newest version committed; -1 before the first
   * @param fed whether trajectories have arrived for as long as a version may take
   */
  Optional<String> excuse(List<Status> components, long newest, boolean fed, long nowMs) {
    List<Status> learners =
        components.stream().filter(s -> s.getComponent() == Component.LEARNER).toList();
    if (learners.stream().anyMatch(s -> s.getState().equals("paused"))) {
      return Optional.of("the learner is paused");
    }
    if (learners.stream().anyMatch(s -> reachedGoal(s, newest))
        && learners.stream().noneMatch(s -> live(s, nowMs))) {
      return Optional.of("the learner has ended with the last version wanted");
    }
    boolean onlyGateways =
        components.stream().noneMatch(s -> s.getComponent() == Component.PRODUCER)
            && components.stream()
                .anyMatch(s -> RoleName.of(s).equals(RoleName.GATEWAY) && live(s, nowMs));
    return onlyGateways && !fed
        ? Optional.of("the gateway has had no conversations to train on")
        : Optional.empty();
  }

  /** A goal that the run has left behind is none: it was given a later one. */
  private static boolean reachedGoal(Status learner, long newest) {
    OptionalLong goal = GoalReached.of(learner);
    return learner.getState().equals(STOPPED) && goal.isPresent() && goal.getAsLong() >= newest;
  }

  /** A failure is over when the same one reports again, or others have taken its place. */
  Condition failed(List<Status> components, long nowMs) {
    List<String> reasons = new ArrayList<>();
    for (Status status : components) {
      if (status.getState().equals(FAILED) && !replaced(status, components, nowMs)) {
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
  Condition stuck(List<Status> components, long nowMs) {
    List<String> reasons = new ArrayList<>();
    for (Status status : components) {
      double seconds = status.getGauges().getOrDefault(Liveness.GAUGE, 0.0);
      if (!silent(status, nowMs) && seconds > limits.stuckAfter().toMillis() / 1e3) {
        reasons.add(
            String.format(
                ROOT,
                "%s has made no progress for %.0f s; run.stuck-after is %d s",
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

  /** The learner says it while more records are skipped for a batch than taken into it. */
  Condition skipped(List<Status> components, long nowMs) {
    String id = "skipped";
    String title = "The learner trains on most records that it reads";
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

  private static String name(Status status) {
    return RoleName.of(status) + " " + status.getInstance();
  }
}
