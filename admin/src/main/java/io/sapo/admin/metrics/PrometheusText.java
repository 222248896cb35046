package io.sapo.admin.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prometheus' text format. Names and label values may come from records: names are made valid,
 * values escaped, and the number of names is bounded.
 */
final class PrometheusText {
  private static final int NAMES_AT_MOST = 1_000;

  private final Map<String, StringBuilder> families = new LinkedHashMap<>();

  void gauge(String name, String help, double value, String... labels) {
    sample("gauge", name, help, value, labels);
  }

  void counter(String name, String help, double value, String... labels) {
    sample("counter", name, help, value, labels);
  }

  /** A counter where the name says so, else a gauge. */
  void named(String name, String help, double value, String... labels) {
    sample(name.endsWith("_total") ? "counter" : "gauge", name, help, value, labels);
  }

  private void sample(String type, String name, String help, double value, String... labels) {
    String valid = name.replaceAll("[^a-zA-Z0-9_]", "_");
    StringBuilder family = families.get(valid);
    if (family == null) {
      if (families.size() == NAMES_AT_MOST) {
        return;
      }
      family = new StringBuilder();
      family.append("# HELP ").append(valid).append(' ').append(help).append('\n');
      family.append("# TYPE ").append(valid).append(' ').append(type).append('\n');
      families.put(valid, family);
    }
    family.append(valid);
    for (int i = 0; i < labels.length; i += 2) {
      family.append(i == 0 ? '{' : ',').append(labels[i]);
      family.append("=\"").append(escape(labels[i + 1])).append('"');
    }
    family.append(labels.length > 0 ? "} " : " ").append(format(value)).append('\n');
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\R", "\\\\n");
  }

  private static String format(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  @Override
  public String toString() {
    return String.join("", families.values());
  }
}
