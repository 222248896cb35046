package io.sapo.producer.rollout;

import io.sapo.producer.ProducerConfig;
import io.sapo.producer.rollout.RolloutMetrics.Activity;
import io.sapo.producer.rollout.RolloutMetrics.Totals;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.ServersWaitedFor;
import io.sapo.schemas.Status;
import io.sapo.schemas.UnreadableWeights;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The heartbeat of a producer. Thread-safe. */
final class ProducerStatus {
  private static final double NANOS = 1e9;

  private final ProducerConfig config;
  private final RolloutWorker worker;
  private final WeightsInUse weights;
  private final WeightFollower follower;
  private final QueueWatch watch;
  private final RolloutMetrics metrics;
  private final Clock clock;
  private final CompletableFuture<Void> done;
  private final long startedAtMs;
  private volatile boolean stopping;
  private Totals before;
  private long beforeNanos = System.nanoTime();

  ProducerStatus(
      ProducerConfig config,
      RolloutWorker worker,
      WeightsInUse weights,
      WeightFollower follower,
      QueueWatch watch,
      RolloutMetrics metrics,
      Clock clock,
      long startedAtMs,
      CompletableFuture<Void> done) {
    this.config = config;
    this.worker = worker;
    this.weights = weights;
    this.follower = follower;
    this.watch = watch;
    this.metrics = metrics;
    this.clock = clock;
    this.done = done;
    this.startedAtMs = startedAtMs;
    this.before = metrics.totals();
  }

  void stopping() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  /** Rates and shares are over the time since the last call. */
  synchronized Status now() {
    String state = state();
    return Status.newBuilder()
        .setComponent(Component.PRODUCER)
        .setInstance(config.heartbeats().instance())
        .setState(state)
        .setMessage(message(state))
        .setVersion(weights.version())
        .setStartedAtMs(startedAtMs)
        .setAtMs(clock.millis())
        .setIntervalMs(config.heartbeats().interval().toMillis())
        .setGauges(ProcessGauges.addedTo(gauges()))
        .setInfo(info())
        .build();
  }

  private Map<String, String> info() {
    Map<String, String> info = new TreeMap<>();
    info.put("device", config.rollouts().device());
    info.put("tasks", config.tasks().train());
    info.put("engine", config.engine().kind().toString());
    info.put("weight_uptake", config.rollouts().uptake().toString());
    follower
        .unreadable()
        .ifPresent(version -> info.put(UnreadableWeights.INFO, Long.toString(version)));
    watch.commands().addTo(info);
    return info;
  }

  private String state() {
    if (done.isCompletedExceptionally()) {
      return "failed";
    }
    if (done.isDone()) {
      return "stopped";
    }
    if (stopping) {
      return "stopping";
    }
    if (weights.version() < 0) {
      return "starting";
    }
    return worker.activity() == Activity.PAUSED ? "paused" : "running";
  }

  private String message(String state) {
    return switch (state) {
      case "failed" -> failure();
      case "stopped", "stopping" -> "";
      default -> waiting() + refusal() + lostEnd();
    };
  }

  private String failure() {
    try {
      done.join();
      return "";
    } catch (CompletionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }

  private String waiting() {
    return switch (worker.activity()) {
      case WAITING_AT_GATE ->
          "waits at the staleness gate: %d trajectories are not consumed yet"
              .formatted(worker.backlog().orElse(0L));
      case WAITING_FOR_WEIGHTS -> "waits for weights";
      case WAITING_FOR_TASKS -> "waits for tasks";
      case WAITING_FOR_SERVERS, GENERATING ->
          worker
              .outage()
              .map(outage -> "waits for inference servers: " + outage.reason())
              .orElse("");
      case PAUSED ->
          "paused by " + watch.view().flatMap(QueueView::pausedBy).orElse("someone, until now");
      case OTHER -> "";
    };
  }

  private String refusal() {
    WeightFollower.Refusals refusals = follower.refusals();
    return refusals.count() == 0 ? "" : " (last weights refused: " + refusals.last() + ")";
  }

  private String lostEnd() {
    return watch.lostEnd().isEmpty() ? "" : " (" + watch.lostEnd() + ")";
  }

  private Map<String, Double> gauges() {
    Totals totals = metrics.totals();
    long nanos = System.nanoTime();
    double elapsed = Math.max(1, nanos - beforeNanos);
    Map<String, Double> gauges = new TreeMap<>();
    gauges.put("tokens_per_second", NANOS * (totals.tokens() - before.tokens()) / elapsed);
    gauges.put("tokens_total", (double) totals.tokens());
    gauges.put("trajectories_total", (double) totals.trajectories());
    gauges.put("refused_tasks_total", (double) totals.refusedTasks());
    gauges.put("passed_over_tasks_total", (double) totals.passedOverTasks());
    gauges.put("refused_rollouts_total", (double) totals.refusedRollouts());
    gauges.put("refused_weights_total", (double) follower.refusals().count());
    gauges.put("in_generation", (double) worker.inGeneration());
    gauges.put(OtherProducers.UNPUBLISHED, (double) worker.unpublished());
    gauges.put("slots", (double) config.rollouts().slots());
    gauges.put(Liveness.GAUGE, metrics.liveness().sinceBeat().toMillis() / 1e3);
    worker.backlog().ifPresent(backlog -> gauges.put("backlog", (double) backlog));
    watch
        .view()
        .ifPresent(view -> gauges.put(OtherProducers.PRODUCERS, (double) view.producers().size()));
    gauges.put(
        ServersWaitedFor.GAUGE,
        worker.outage().map(outage -> outage.lasts().toMillis() / 1e3).orElse(0.0));
    gauges.put("versions_behind", (double) versionsBehind());
    gauges.put("busy_share", share(Activity.GENERATING, totals, elapsed));
    gauges.put("gate_waiting_share", share(Activity.WAITING_AT_GATE, totals, elapsed));
    gauges.put("weights_waiting_share", share(Activity.WAITING_FOR_WEIGHTS, totals, elapsed));
    gauges.put("tasks_waiting_share", share(Activity.WAITING_FOR_TASKS, totals, elapsed));
    gauges.put("servers_waiting_share", share(Activity.WAITING_FOR_SERVERS, totals, elapsed));
    before = totals;
    beforeNanos = nanos;
    return gauges;
  }

  private long versionsBehind() {
    return follower.newest().map(WeightVersion::getVersion).orElse(-1L) - weights.version();
  }

  /** Time is booked when an activity ends, so that one longer than the interval shows up late. */
  private double share(Activity activity, Totals totals, double elapsed) {
    long spent = totals.nanos().get(activity) - before.nanos().get(activity);
    return Math.min(1, spent / elapsed);
  }
}
