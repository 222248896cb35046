package io.sapo.producer.server;

/**
 * How long a server is left alone after a fault: the least time after the first, twice as long
 * after each one more without a response in between, and at most the most.
 */
record Waits(long leastMs, long mostMs) {
  static final Waits DEFAULT = new Waits(200, 10_000);

  long after(int faults) {
    return faults == 0 ? 0 : Math.min(mostMs, leastMs << Math.min(faults - 1, 16));
  }
}
