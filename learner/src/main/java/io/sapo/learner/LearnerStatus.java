package io.sapo.learner;

import io.sapo.schemas.Component;
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
  private final Clock clock;
  private final long startedAtMs;
  private String state = "starting";
  private String message = "";
  private long version = -1;
  private Map<String, Double> metrics = Map.of();
  private LongSupplier lag = () -> 0;
  private String lastExport;

  LearnerStatus(LearnerOptions options, String configDigest, Clock clock) {
    this.options = options;
    this.configDigest = configDigest;
    this.clock = clock;
    this.startedAtMs = clock.millis();
  }

  synchronized void state(String next, String why) {
    state = next;
    message = why;
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

  /** What came of the export asked for last. */
  synchronized void exported(String outcome) {
    lastExport = outcome;
  }

  /** From now on the lag is what this says. */
  synchronized void watch(LongSupplier records) {
    lag = records;
  }

  synchronized Status now() {
    SortedMap<String, Double> gauges = new TreeMap<>(metrics);
    gauges.put("lag_records", (double) lag.getAsLong());
    SortedMap<String, String> info = new TreeMap<>();
    info.put("config_digest", configDigest);
    if (lastExport != null) {
      info.put("last_export", lastExport);
    }
    return Status.newBuilder()
        .setComponent(Component.LEARNER)
        .setInstance(options.instance())
        .setState(state)
        .setMessage(message)
        .setVersion(version)
        .setStartedAtMs(startedAtMs)
        .setAtMs(clock.millis())
        .setIntervalMs(options.heartbeat().toMillis())
        .setGauges(ProcessGauges.addedTo(gauges))
        .setInfo(info)
        .build();
  }
}
