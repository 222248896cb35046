package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a topic must at least be. Settings are minima: more partitions where order does not hang on
 * there being one, larger records, longer retention are all the operator's to choose.
 */
final class TopicRules {
  private static final String CLEANUP = "cleanup.policy";
  private static final String MAX_RECORD = "max.message.bytes";
  private static final String RETENTION_TIME = "retention.ms";
  private static final String RETENTION_SIZE = "retention.bytes";
  private static final long UNBOUNDED = -1;

  /** Settings by which records go. */
  static final List<String> RETENTION = List.of(RETENTION_TIME, RETENTION_SIZE);

  private TopicRules() {}

  /**
   * @param created the settings that the topic would be created with
   * @param found the settings that it has, by name
   */
  static List<TopicFinding> judge(
      String topic, SortedMap<String, String> created, Map<String, String> found) {
    List<TopicFinding> findings = new ArrayList<>();
    cleanup(topic, created, found).ifPresent(findings::add);
    for (Map.Entry<String, String> wanted : withRetention(created).entrySet()) {
      String key = wanted.getKey();
      String value = found.getOrDefault(key, "unset");
      if (key.equals(MAX_RECORD) && number(value) < number(wanted.getValue())) {
        findings.add(
            TopicFinding.fatal(
                "topic %s has %s=%s, expected at least %s: large records would be refused"
                    .formatted(topic, key, value, wanted.getValue())));
      } else if (RETENTION.contains(key) && less(value, wanted.getValue())) {
        findings.add(
            TopicFinding.warning(
                "topic %s keeps its records for %s, the run asks for %s; sapo topics alter sets it (%s)"
                    .formatted(topic, said(key, value), said(key, wanted.getValue()), key)));
      }
    }
    return findings;
  }

  static boolean compacted(Map<String, String> settings) {
    return settings.getOrDefault(CLEANUP, "delete").contains("compact");
  }

  /** What is not compacted and has no bound of its own is created without one. */
  private static SortedMap<String, String> withRetention(SortedMap<String, String> created) {
    SortedMap<String, String> all = new TreeMap<>(created);
    if (compacted(created)) {
      return all;
    }
    RETENTION.forEach(key -> all.putIfAbsent(key, TopicRetention.FOR_EVER));
    return all;
  }

  private static Optional<TopicFinding> cleanup(
      String topic, SortedMap<String, String> created, Map<String, String> found) {
    boolean wanted = compacted(created);
    boolean compacts = compacted(found);
    String policy = found.getOrDefault(CLEANUP, "delete");
    if (compacts && !wanted) {
      return Optional.of(
          TopicFinding.fatal(
              "topic %s has %s=%s, expected delete: compaction would remove records that the run still needs"
                  .formatted(topic, CLEANUP, policy)));
    }
    return wanted && !compacts
        ? Optional.of(
            TopicFinding.warning(
                "topic %s has %s=%s, expected compact: it loses what is older than its retention, or grows without end"
                    .formatted(topic, CLEANUP, policy)))
        : Optional.empty();
  }

  private static boolean less(String found, String wanted) {
    long has = number(found);
    long needs = number(wanted);
    return has != UNBOUNDED && (needs == UNBOUNDED || has < needs);
  }

  private static long number(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String said(String key, String value) {
    long amount = number(value);
    if (amount == UNBOUNDED) {
      return "ever";
    }
    return key.equals(RETENTION_SIZE) ? (amount >> 20) + " MiB" : days(amount);
  }

  private static String days(long millis) {
    double days = (double) millis / Duration.ofDays(1).toMillis();
    return String.format(Locale.ROOT, days == Math.rint(days) ? "%.0f days" : "%.2f days", days);
  }
}
