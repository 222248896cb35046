package io.sapo.bench;

import java.util.Locale;

/**
 * One measured number.
 *
 * @param bench name of the benchmark
 * @param metric what was measured
 * @param bar what is asked of the value, such as {@code >= 0.6}; null where the number only
 *     explains another
 * @param ok whether the bar is met; null without one. A value that is not finite measures nothing
 *     and fails, with or without a bar
 */
public record Row(String bench, String metric, double value, String unit, String bar, Boolean ok) {
  private static final String FINITE = "finite";

  public Row {
    if (!Double.isFinite(value)) {
      bar = bar == null ? FINITE : bar;
      ok = false;
    }
  }

  /** A benchmark that measured nothing. */
  public static Row failed(String bench, String what) {
    return new Row(bench, what, Double.NaN, "", FINITE, false);
  }

  static Row atLeast(String bench, String metric, double value, String unit, double least) {
    return new Row(bench, metric, rounded(value), unit, ">= " + number(least), value >= least);
  }

  static Row atMost(String bench, String metric, double value, String unit, double most) {
    return new Row(bench, metric, rounded(value), unit, "<= " + number(most), value <= most);
  }

  /** A number without a bar. */
  static Row info(String bench, String metric, double value, String unit) {
    return new Row(bench, metric, rounded(value), unit, null, null);
  }

  private static double rounded(double value) {
    return Double.isFinite(value)
        ? Double.parseDouble(String.format(Locale.ROOT, "%.4g", value))
        : value;
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
