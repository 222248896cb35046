package io.sapo.learner;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Seconds by phase of the main loop. What a version costs after its record was written (commit,
 * checkpoint) is reported with the next version; {@code durability_cost} is the share of both in
 * the time of an update, waiting left out.
 */
final class Stopwatch {

  private final SortedMap<String, Double> laps = new TreeMap<>();
  private long begun = System.nanoTime();

  /** Time since the lap before belongs to this one. */
  void lap(String name) {
    long now = System.nanoTime();
    laps.put(name, (now - begun) / 1e9);
    begun = now;
  }

  SortedMap<String, Double> addedTo(SortedMap<String, Double> metrics) {
    SortedMap<String, Double> all = new TreeMap<>(metrics);
    all.putAll(laps);
    double total = laps.values().stream().mapToDouble(Double::doubleValue).sum();
    laps.forEach((name, seconds) -> all.put(name.replace("seconds_", "share_"), seconds / total));
    double durability = seconds("seconds_commit") + seconds("seconds_checkpoint");
    all.put("durability_cost", durability / (seconds("seconds_update") + durability));
    return all;
  }

  private double seconds(String lap) {
    return laps.getOrDefault(lap, 0.0);
  }
}
