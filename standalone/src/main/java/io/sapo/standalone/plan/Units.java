package io.sapo.standalone.plan;

import java.util.Locale;

/** Numbers for people. */
public final class Units {
  private static final double KILO = 1024;
  private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final String[] COUNTS = {"", " thousand", " M", " B"};

  private Units() {}

  public static String bytes(double bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= KILO && unit < BYTES.length - 1) {
      value /= KILO;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, BYTES[unit]);
  }

  static String count(double count) {
    int unit = 0;
    double value = count;
    while (value >= 1000 && unit < COUNTS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 100 && unit > 0 ? "%.1f%s" : "%.0f%s", value, COUNTS[unit]);
  }

  /**
   * Bytes as people write them: {@code 80g}, {@code 512m}; g is 2^30.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static long parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (!lower.matches("\\d{1,7}(\\.\\d{1,3})?[mgt](i?b)?")) {
      throw new IllegalArgumentException("'" + text + "' is no size; write 80g or 512m");
    }
    int shift = lower.indexOf('m') >= 0 ? 20 : lower.indexOf('g') >= 0 ? 30 : 40;
    return (long) (Double.parseDouble(lower.replaceAll("[a-z]", "")) * (1L << shift));
  }
}
