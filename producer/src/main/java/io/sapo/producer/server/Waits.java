package io.sapo.producer.server;

import java.time.Duration;

/**
 * How long a server is left alone after a fault: the least time after the first, twice as long
 * after each one more without a response in between, and at most the most.
 *
 * @param probe how long the answer to a probe may take
 */
record Waits(long leastMs, long mostMs, Duration probe) {
  static final Waits DEFAULT = new Waits(200, 10_000, Duration.ofMinutes(3));

  long after(int faults) {
    return faults == 0 ? 0 : Math.min(mostMs, leastMs << Math.min(faults - 1, 16));
  }
}
