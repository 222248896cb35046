package io.sapo.admin.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.JmxReporter;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * What Kafka clients and streams of this process measure, for {@code /metrics}, under the names
 * that Micrometer gives them, such as {@code kafka_consumer_fetch_manager_records_consumed_total}.
 * Every client reports by {@code metric.reporters} in its properties, Kafka's own extension point:
 * Micrometer's binder would need a reference to each client, of which modules without Micrometer
 * make a dozen and Kafka Streams makes its own, and a refresh thread for each. Values are read at a
 * scrape. Thread-safe.
 */
public final class KafkaMeters {
  private static final String REPORTERS = "metric.reporters";
  private static final String KEY = "sapo.kafka.meters";
  private static final Set<String> LEFT_OUT = Set.of("app-info", "kafka-metrics-count");

  private final Set<Reporter> reporters = ConcurrentHashMap.newKeySet();

  /** Lets the client with these properties, or Kafka Streams and all clients it makes, report. */
  public void addTo(Map<String, Object> properties) {
    Object others = properties.getOrDefault(REPORTERS, JmxReporter.class.getName());
    properties.put(REPORTERS, others + "," + Reporter.class.getName());
    properties.put(KEY, this);
  }

  /** Prometheus text. Brokers (nodes) are not told apart. */
  String scrape() {
    List<KafkaMetric> all = new ArrayList<>();
    reporters.forEach(reporter -> all.addAll(reporter.metrics.values()));
    all.sort(Comparator.comparing(metric -> metric.metricName().toString()));
    MetricFamilies families = new MetricFamilies();
    Set<MetricName> written = new HashSet<>();
    for (KafkaMetric metric : all) {
      MetricName name = metric.metricName();
      boolean wanted = !LEFT_OUT.contains(name.group()) && !name.group().endsWith("-node-metrics");
      if (wanted
          && metric.metricValue() instanceof Number number
          && !Double.isNaN(number.doubleValue())
          && written.add(name)) {
        families.named(
            "kafka_" + name.group().replaceFirst("-metrics$", "") + "_" + name.name(),
            firstSentence(name.description()),
            number.doubleValue(),
            labels(name.tags()));
      }
    }
    return families.text();
  }

  private static String firstSentence(String description) {
    return description.replaceAll("\\s+", " ").replaceFirst("\\.( .*)?$", "");
  }

  private static String[] labels(Map<String, String> tags) {
    SortedMap<String, String> sorted = new TreeMap<>(tags);
    List<String> labels = new ArrayList<>();
    sorted.forEach(
        (tag, value) -> {
          labels.add(tag.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_"));
          labels.add(value);
        });
    return labels.toArray(String[]::new);
  }

  /** Made by Kafka, one for each client; tells the meters what there is to measure. */
  public static final class Reporter implements MetricsReporter {
    private final Map<MetricName, KafkaMetric> metrics = new ConcurrentHashMap<>();
    private KafkaMeters meters;

    @Override
    public void configure(Map<String, ?> configs) {
      meters = (KafkaMeters) configs.get(KEY);
    }

    @Override
    public void init(List<KafkaMetric> present) {
      present.forEach(this::metricChange);
      meters.reporters.add(this);
    }

    @Override
    public void metricChange(KafkaMetric metric) {
      metrics.put(metric.metricName(), metric);
    }

    @Override
    public void metricRemoval(KafkaMetric metric) {
      metrics.remove(metric.metricName());
    }

    @Override
    public void close() {
      meters.reporters.remove(this);
    }
  }
}
