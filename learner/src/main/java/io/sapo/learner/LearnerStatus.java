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
   * @param info what else is worth knowing, for people
   */
  record Pulse(
      String state,
      String message,
      long version,
      Map<String, Double> gauges,
      Map<String, String> info) {}

  private String state = "starting";
  private String message = "";
  private long version = -1;
  private Map<String, Double> metrics = Map.of();
  private LongSupplier lag = () -> 0;
  private String lastExport;

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

  synchronized Pulse pulse() {
    SortedMap<String, Double> gauges = new TreeMap<>(metrics);
    gauges.put("lag_records", (double) lag.getAsLong());
    Map<String, String> info = lastExport == null ? Map.of() : Map.of("last_export", lastExport);
    return new Pulse(state, message, version, gauges, info);
  }
}
