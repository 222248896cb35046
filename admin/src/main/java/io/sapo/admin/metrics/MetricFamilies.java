package io.sapo.admin.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Samples of one scrape, written by Prometheus' own library. Names and label values may come from
 * records: names are made valid, and their number is bounded; of samples with the same name and
 * labels the last counts, and a counter that is negative or no number is left out, since either
 * would make the whole scrape invalid.
 */
final class MetricFamilies {
  private static final int NAMES_AT_MOST = 1_000;
  private static final String COUNTER_SUFFIX = "_total";

  /** Allows a gauge and a counter that differ by the suffix alone: they are written one by one. */
  private final Map<String, Family> gauges = new LinkedHashMap<>();

  private final Map<String, Family> counters = new LinkedHashMap<>();

  private final Set<String> leftOut = new HashSet<>();

  private record Family(String help, Map<Labels, Double> samples) {}

  void gauge(String name, String help, double value, String... labels) {
    add(gauges, name, help, value, labels);
  }

  /** The name is written with the suffix {@code _total}, whether it is given with it or without. */
  void counter(String name, String help, double value, String... labels) {
    if (value >= 0) {
      add(counters, name, help, value, labels);
    }
  }

  /** A counter where the name says so, else a gauge. */
  void named(String name, String help, double value, String... labels) {
    if (valid(name).endsWith(COUNTER_SUFFIX)) {
      counter(name, help, value, labels);
    } else {
      gauge(name, help, value, labels);
    }
  }

  private void add(
      Map<String, Family> families, String name, String help, double value, String... labels) {
    String valid = PrometheusNaming.sanitizeMetricName(name.replaceAll("[^a-zA-Z0-9_]", "_"));
    if (!families.containsKey(valid) && gauges.size() + counters.size() == NAMES_AT_MOST) {
      leftOut.add(valid);
      return;
    }
    families
        .computeIfAbsent(valid, first -> new Family(help, new LinkedHashMap<>()))
        .samples()
        .put(Labels.of(labels), value);
  }

  /** Names that came when there was no room for them any more. */
  int leftOut() {
    return leftOut.size();
  }

  private static String valid(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  /** Prometheus' text format. */
  String text() {
    MetricSnapshots.Builder allGauges = MetricSnapshots.builder();
    gauges.forEach((name, family) -> allGauges.metricSnapshot(gauge(name, family)));
    MetricSnapshots.Builder allCounters = MetricSnapshots.builder();
    counters.forEach((name, family) -> allCounters.metricSnapshot(counter(name, family)));
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      writer.write(out, allGauges.build());
      writer.write(out, allCounters.build());
      return out.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GaugeSnapshot gauge(String name, Family family) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(family.help());
    family
        .samples()
        .forEach(
            (labels, value) ->
                gauge.dataPoint(
                    GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return gauge.build();
  }

  private static CounterSnapshot counter(String name, Family family) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(family.help());
    family
        .samples()
        .forEach(
            (labels, value) ->
                counter.dataPoint(
                    CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
    return counter.build();
  }
}
