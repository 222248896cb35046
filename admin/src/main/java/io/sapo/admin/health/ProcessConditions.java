package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.config.Thresholds;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Judges the processes of a run by their heartbeats. */
final class ProcessConditions {
  private static final long SILENT_IS_GONE_MS = Duration.ofMinutes(10).toMillis();
  private static final List<Component> NEEDED =
      List.of(Component.PRODUCER, Component.SEGMENTER, Component.LEARNER);

  private final Thresholds limits;

  ProcessConditions(Thresholds limits) {
    this.limits = limits;
  }

  /** Whether a component has missed the heartbeats it announced. */
  boolean silent(Status status, long nowMs) {
    long allowed = Math.max(1_000, limits.missedHeartbeats() * status.getIntervalMs());
    return !status.getState().equals("stopped") && nowMs - status.getAtMs() > allowed;
  }

  /**
   * @param fed whether trajectories have arrived of late: they may come from a gateway, or
   *     producers of one's own, which need not report
   */
  Condition heartbeats(List<Status> components, boolean fed, long nowMs) {
    String id = "heartbeat";
    String title = "Every component reports";
    List<String> reasons = new ArrayList<>();
    for (Component kind : NEEDED) {
      List<Status> same = components.stream().filter(s -> s.getComponent() == kind).toList();
      if (same.isEmpty() && !(kind == Component.PRODUCER && fed)) {
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

  Condition failed(List<Status> components, long nowMs) {
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
    return status.getComponent().name().toLowerCase(ROOT) + " " + status.getInstance();
  }
}
