package io.sapo.producer.task;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which producers are alive, by their heartbeats, measured on this process's monotonic clock:
 * clocks of machines differ. For one thread.
 */
final class LiveProducers {
  private static final Set<String> OVER = Set.of("stopped", "failed");

  private record Heard(String session, boolean over, long atNanos) {}

  private final String own;
  private final long leaseNanos;
  private final LongSupplier nanoTime;
  private final long since;
  private final Map<String, Heard> byInstance = new HashMap<>();

  /**
   * @param own session; all other lives of its instance are over
   * @param lease how long a producer may be silent before its tasks are taken over
   */
  LiveProducers(String own, Duration lease, LongSupplier nanoTime) {
    this.own = own;
    this.leaseNanos = lease.toNanos();
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /**
   * Names one life of a producer.
   *
   * @param startedAtMs makes it another than the lives before
   */
  static String name(String instance, long startedAtMs) {
    return instance + "-" + Long.toString(startedAtMs, Character.MAX_RADIX);
  }

  private static String instance(String session) {
    return session.substring(0, Math.max(0, session.lastIndexOf('-')));
  }

  void take(Status status) {
    if (status.getComponent() == Component.PRODUCER) {
      byInstance.put(
          status.getInstance(),
          new Heard(
              name(status.getInstance(), status.getStartedAtMs()),
              OVER.contains(status.getState()),
              nanoTime.getAsLong()));
    }
  }

  /** Whether a session will do no more. One that was never heard of may just have begun. */
  boolean over(String session) {
    if (session.equals(own)) {
      return false;
    }
    String instance = instance(session);
    if (instance.equals(instance(own))) {
      return true;
    }
    Heard heard = byInstance.get(instance);
    if (heard == null || !heard.session().equals(session)) {
      // Another life of it is heard of, or none yet: the one asked for may be about to speak.
      return nanoTime.getAsLong() - since > leaseNanos;
    }
    return heard.over() || nanoTime.getAsLong() - heard.atNanos() > leaseNanos;
  }
}
