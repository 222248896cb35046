package io.sapo.learner;

import io.sapo.learner.input.BatchAssembler;
import io.sapo.schemas.AnsweredCommands;
import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.Component;
import io.sapo.schemas.GoalReached;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** What heartbeats say: written by the training thread, read by the heartbeat thread. */
final class LearnerStatus {

  private final LearnerOptions options;
  private final String configDigest;
  private final Liveness liveness;
  private final Clock clock;
  private final long startedAtMs;
  private String state = "starting";
  private String message = "";
  private long version = -1;
  private Map<String, Double> metrics = Map.of();
  private LongSupplier lag = () -> 0;
  private final AnsweredCommands outcomes = new AnsweredCommands();
  private String lastExport;
  private String goalReached;
  private BatchAssembler.Assembling batch;

  LearnerStatus(LearnerOptions options, String configDigest, Liveness liveness, Clock clock) {
    this.options = options;
    this.configDigest = configDigest;
    this.liveness = liveness;
    this.clock = clock;
    this.startedAtMs = clock.millis();
  }

  /** Whether this process has said it; another start of it has the same name. */
  boolean isOwn(Status said) {
    return said.getStartedAtMs() == startedAtMs
        && said.getInstance().equals(options.heartbeats().instance());
  }

  synchronized void state(String next, String why) {
    state = next;
    message = why;
  }

  /**
   * It has ended in order.
   *
   * @param reached the newest version
   * @param goal whether that is the last one wanted
   */
  synchronized void stopped(long reached, boolean goal) {
    state("stopped", "");
    goalReached = goal ? String.valueOf(reached) : null;
  }

  /** Recovery has reached a version. */
  synchronized void recovered(long reached, long goal) {
    state = "recovering";
    message = "folding again: version " + reached + " of " + goal;
    version = reached;
  }

  synchronized void committed(WeightVersion record) {
    version = record.getVersion();
    metrics = record.getMetrics();
  }

  /** A batch is being assembled. */
  synchronized void assembling(BatchAssembler.Assembling now) {
    batch = now;
  }

  /** What came of the export asked for last. */
  synchronized void exported(String outcome) {
    lastExport = outcome;
  }

  /** What became of a command; of the newest ones it is said in heartbeats. */
  void answered(String command, String outcome) {
    outcomes.answer(command, outcome);
  }

  /** What the learner before this one has answered is said on. */
  void remember(Status former) {
    outcomes.remember(former);
  }

  /** From now on the lag is what this says. */
  synchronized void watch(LongSupplier records) {
    lag = records;
  }

  /** Said while more records are skipped than trained on: what a person has to know of. */
  private String refusing() {
    if (batch == null || batch.refusals().count() <= batch.trained()) {
      return "";
    }
    return "skips %d of %d records since version %d: %s"
        .formatted(
            batch.refusals().count(),
            batch.refusals().count() + batch.trained(),
            batch.progress().version(),
            batch.refusals().text());
  }

  synchronized Status now() {
    SortedMap<String, Double> gauges = new TreeMap<>(metrics);
    gauges.put("lag_records", (double) lag.getAsLong());
    gauges.put(Liveness.GAUGE, liveness.sinceBeat().toMillis() / 1e3);
    SortedMap<String, String> info = new TreeMap<>();
    info.put("config_digest", configDigest);
    outcomes.addTo(info);
    if (batch != null) {
      info.put(BatchProgress.INFO, batch.progress().text());
      gauges.put("batch_trained", (double) batch.trained());
      gauges.put("batch_skipped", (double) batch.refusals().unwanted());
      batch
          .refusals()
          .byWord()
          .forEach((word, records) -> gauges.put("batch_skipped_" + word, (double) records));
    }
    if (lastExport != null) {
      info.put("last_export", lastExport);
    }
    if (goalReached != null) {
      info.put(GoalReached.INFO, goalReached);
    }
    return Status.newBuilder()
        .setComponent(Component.LEARNER)
        .setInstance(options.heartbeats().instance())
        .setState(state)
        .setMessage(message.isEmpty() ? refusing() : message)
        .setVersion(version)
        .setStartedAtMs(startedAtMs)
        .setAtMs(clock.millis())
        .setIntervalMs(options.heartbeats().interval().toMillis())
        .setGauges(ProcessGauges.addedTo(gauges))
        .setInfo(info)
        .build();
  }
}
