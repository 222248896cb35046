package io.sapo.producer.rollout;

import io.sapo.schemas.Component;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other producers of a run, by their heartbeats. Producers share the rollouts that may be under
 * way; one that joins starts none until the others have made room for it. For one thread.
 */
final class OtherProducers {
  private static final Logger log = LoggerFactory.getLogger(OtherProducers.class);

  /**
   * Gauges by which others reckon: what a producer has in hand, and how many producers it counts.
   */
  static final String UNPUBLISHED = "unpublished";

  static final String PRODUCERS = "producers";

  private static final Set<String> NOT_GENERATING = Set.of("stopped", "failed", "paused");
  private static final int HEARTBEATS_MISSED = 3;

  /** Whatever interval a heartbeat announces, nobody is waited for longer. */
  private static final Duration MOST_PATIENCE = Duration.ofMinutes(1);

  /** Who is not counted in by then goes on all the same: the others do not know better. */
  private static final Duration JOIN_WITHIN = Duration.ofSeconds(30);

  private final String instance;
  private final LongSupplier nanoTime;
  private final SortedMap<String, Heard> others = new TreeMap<>();
  private boolean joined;
  private long waitingSince;

  /**
   * A status, and until when it counts. Only this process's own running time is looked at: clocks
   * of machines differ, and a clock that is set must not make anybody come or go. What had been
   * said before this process began to listen counts from then, so that who is gone is counted for a
   * few heartbeats more.
   */
  private record Heard(Status status, long untilNanos) {}

  /**
   * The producers at one moment.
   *
   * @param live instances, this one included, ascending
   * @param unpublished rollouts that the others had started and not published when they last said
   * @param joined whether all others are known to have made room for this one
   */
  record Sight(List<String> live, long unpublished, boolean joined) {}

  /**
   * @param instance this producer's own
   * @param nanoTime running time of this process
   */
  OtherProducers(String instance, LongSupplier nanoTime) {
    this.instance = instance;
    this.nanoTime = nanoTime;
    this.waitingSince = nanoTime.getAsLong();
  }

  /** Takes a heartbeat; those of this producer and of other roles are passed over. */
  void take(Status status) {
    String name = status.getInstance();
    if (status.getComponent() != Component.PRODUCER || name.equals(instance)) {
      return;
    }
    if (NOT_GENERATING.contains(status.getState())) {
      others.remove(name);
      return;
    }
    long most = MOST_PATIENCE.toMillis();
    long interval = Math.max(0, Math.min(most, status.getIntervalMs()));
    long patience = Math.min(most, HEARTBEATS_MISSED * interval);
    others.put(
        name,
        new Heard(
            Heartbeats.lean(status),
            nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(patience)));
  }

  /**
   * @param paused whether this producer is
   */
  Sight look(boolean paused) {
    long now = nanoTime.getAsLong();
    others.values().removeIf(heard -> now - heard.untilNanos() > 0);
    TreeSet<String> live = new TreeSet<>(others.keySet());
    live.add(instance);
    long unpublished = 0;
    boolean known = true;
    for (Heard other : others.values()) {
      Map<String, Double> gauges = other.status().getGauges();
      unpublished += unpublished(gauges);
      known &= gauges.getOrDefault(PRODUCERS, (double) live.size()) >= live.size();
    }
    // Who has come, or comes back from a pause, waits until the others keep to smaller shares.
    joined = !paused && (joined || known || waitedLong(now));
    if (joined || paused) {
      waitingSince = now;
    }
    return new Sight(List.copyOf(live), unpublished, joined);
  }

  /** Whatever a heartbeat says: sums of these must not overflow. */
  private static long unpublished(Map<String, Double> gauges) {
    long said = Math.round(gauges.getOrDefault(UNPUBLISHED, 0.0));
    return Math.max(0, Math.min(Integer.MAX_VALUE, said));
  }

  /** Whether it has waited for the others for so long that something must be wrong with them. */
  private boolean waitedLong(long now) {
    boolean tooLong = now - waitingSince > JOIN_WITHIN.toNanos();
    if (tooLong) {
      log.warn(
          "heartbeats of other producers do not list this one after {}; it starts rollouts all the same",
          JOIN_WITHIN);
    }
    return tooLong;
  }
}
