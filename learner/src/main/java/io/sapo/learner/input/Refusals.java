package io.sapo.learner.input;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was skipped for a batch and why, counted by the first word of the reason. */
public final class Refusals {
  private static final int MOST_NAMED = 4;

  private final SortedMap<String, Long> byWord = new TreeMap<>();
  private String last = "";
  private long count;

  void add(String reason) {
    int colon = reason.indexOf(':');
    byWord.merge(colon < 0 ? reason : reason.substring(0, colon), 1L, Long::sum);
    last = reason;
    count++;
  }

  public long count() {
    return count;
  }

  /** Of these, records that nobody asked to be dropped. */
  public long unwanted() {
    return count - byWord.getOrDefault(BatchRules.NO_SIGNAL, 0L);
  }

  public SortedMap<String, Long> byWord() {
    return new TreeMap<>(byWord);
  }

  /** For people: how many of what, the most frequent first, and the last reason in full. */
  public String text() {
    return byWord.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
            .limit(MOST_NAMED)
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "))
        + "; the last: "
        + last;
  }

  Refusals copy() {
    Refusals copy = new Refusals();
    copy.byWord.putAll(byWord);
    copy.last = last;
    copy.count = count;
    return copy;
  }
}
