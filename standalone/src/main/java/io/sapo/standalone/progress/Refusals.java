package io.sapo.standalone.progress;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Dead letters of a run.
 *
 * @param byReason how many there are of each reason
 * @param last what the newest one says of itself
 */
record Refusals(SortedMap<String, Long> byReason, String last) {
  static final Refusals NONE = new Refusals(new TreeMap<>(), "");

  /** Of those beyond, whose reasons somebody else made up, it is counted how many they are. */
  private static final int REASONS_NAMED = 20;

  private static final int REASON_CHARS = 60;
  private static final int DETAIL_CHARS = 300;

  /** With one more. */
  Refusals and(String reason, String detail) {
    SortedMap<String, Long> more = new TreeMap<>(byReason);
    String word = shortened(reason, REASON_CHARS);
    boolean named = more.size() < REASONS_NAMED || more.containsKey(word);
    more.merge(named ? word : "of other reasons", 1L, Long::sum);
    return new Refusals(more, shortened(detail, DETAIL_CHARS));
  }

  /** Those that have come since. */
  Refusals since(Refusals earlier) {
    SortedMap<String, Long> news = new TreeMap<>();
    byReason.forEach(
        (reason, count) -> {
          long before = earlier.byReason.getOrDefault(reason, 0L);
          if (count > before) {
            news.put(reason, count - before);
          }
        });
    return new Refusals(news, last);
  }

  long count() {
    return byReason.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Such as {@code 12 records refused: 12 bad-reference (last: …)}; the most frequent first. */
  String text() {
    String reasons =
        byReason.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(reason -> reason.getValue() + " " + reason.getKey())
            .collect(Collectors.joining(", "));
    return "%d %s refused: %s (last: %s)"
        .formatted(count(), count() == 1 ? "record" : "records", reasons, last);
  }

  private static String shortened(String text, int chars) {
    return text.substring(0, Math.min(text.length(), chars));
  }
}
