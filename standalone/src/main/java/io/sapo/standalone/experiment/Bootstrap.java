package io.sapo.standalone.experiment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * A mean with its percentile bootstrap interval of 95 % over runs (Efron and Tibshirani 1993, ch.
 * 13).
 *
 * @param low lower end
 * @param high upper end
 * @param runs that it is made of; one has no interval
 * @param of runs that there are: some may not have the number
 */
record Bootstrap(double mean, double low, double high, int runs, int of) {
  private static final int RESAMPLES = 10_000;
  private static final double TAIL = 0.025;

  /** Of numbers that are not NaN; all NaN where there is none. The same each time. */
  static Bootstrap of(double[] values) {
    double[] known = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    if (known.length == 0) {
      return new Bootstrap(Double.NaN, Double.NaN, Double.NaN, 0, values.length);
    }
    Random random = new Random(1);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int j = 0; j < known.length; j++) {
        means[i] += known[random.nextInt(known.length)] / known.length;
      }
    }
    Arrays.sort(means);
    return new Bootstrap(
        Arrays.stream(known).average().getAsDouble(),
        means[(int) (TAIL * RESAMPLES)],
        means[(int) ((1 - TAIL) * RESAMPLES) - 1],
        known.length,
        values.length);
  }

  /** With the number of runs where it is not made of all. */
  @Override
  public String toString() {
    String missing = runs == 0 || runs == of ? "" : " (%d of %d runs)".formatted(runs, of);
    return switch (runs) {
          case 0 -> "–";
          case 1 -> String.format(Locale.ROOT, "%.3f", mean);
          default -> String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", mean, low, high);
        }
        + missing;
  }
}
