package io.sapo.learner;

import io.sapo.schemas.WeightVersion;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** What heartbeats say: written by the training thread, read by the heartbeat thread. */
final class LearnerStatus {

  /**
   * @param state one of the words that Status documents
   * @param version -1 before there is one
   */
  record Pulse(String state, String message, long version, Map<String, Double> gauges) {}

  private String state = "starting";
  private String message = "";
  private long version = -1;
  private Map<String, Double> metrics = Map.of();
  private LongSupplier lag = () -> 0;

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

  /** From now on the lag is what this says. */
  synchronized void watch(LongSupplier records) {
    lag = records;
  }

  synchronized Pulse pulse() {
    SortedMap<String, Double> gauges = new TreeMap<>(metrics);
    gauges.put("lag_records", (double) lag.getAsLong());
    return new Pulse(state, message, version, gauges);
  }
}
