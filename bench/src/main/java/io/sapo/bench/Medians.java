package io.sapo.bench;

import java.util.Arrays;

/** Statistics of a few measurements. */
final class Medians {
  private Medians() {}

  static double of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no measurement");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }
}
