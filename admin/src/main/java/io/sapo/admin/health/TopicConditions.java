package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.DeadLetterEntry;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Judges how the topics are read and what is refused. */
final class TopicConditions {
  private static final long DEAD_LETTER_WINDOW_MS = Duration.ofMinutes(5).toMillis();
  private static final int REASONS_NAMED = 5;
  private static final int REASON_CHARS = 300;
  private static final long LAG_WINDOW_MS = Duration.ofSeconds(30).toMillis();

  private final Thresholds limits;

  TopicConditions(Thresholds limits) {
    this.limits = limits;
  }

  static Condition broker(Lags lags, String reading, boolean caughtUp) {
    String id = "broker";
    String title = "Kafka can be read";
    if (!lags.failure().isEmpty()) {
      return Condition.failing(id, title, lags.failure());
    }
    if (!reading.isEmpty()) {
      return Condition.failing(id, title, reading);
    }
    return Condition.of(
        !caughtUp, id, title, caughtUp ? "topics are read to their ends" : "still catching up");
  }

  Condition lag(Lags lags) {
    String id = "lag";
    String title = "Consumers keep up";
    if (lags.groups().isEmpty()) {
      return Condition.unknown(id, title, "no consumer group has committed a position");
    }
    List<String> reasons = new ArrayList<>();
    long total = 0;
    for (Lags.Group group : lags.groups()) {
      total += group.lag();
      boolean grows = group.growth() > group.lag() / 4 && group.windowMs() >= LAG_WINDOW_MS;
      if (group.lag() > limits.lagRecords() && grows) {
        reasons.add(
            String.format(
                ROOT,
                "%s is %d records behind on %s, %d more than %d s ago",
                group.group(),
                group.lag(),
                group.topic(),
                group.growth(),
                group.windowMs() / 1000));
      }
    }
    return reasons.isEmpty()
        ? Condition.ok(id, title, total + " records behind in all")
        : Condition.failing(id, title, String.join("; ", reasons));
  }

  Condition deadLetters(RunState run, long nowMs) {
    long from = nowMs - DEAD_LETTER_WINDOW_MS;
    List<DeadLetterEntry> letters =
        run.deadLetters().all().stream().filter(letter -> letter.atMs() >= from).toList();
    long refused = letters.size();
    long accepted = run.trajectories().since(from);
    double share = refused == 0 ? 0 : (double) refused / (refused + accepted);
    return Condition.of(
        share > limits.deadLetterShare(),
        "dead-letters",
        "Records are accepted",
        String.format(
            ROOT,
            "%d dead letters and %d accepted records in the last five minutes (%.2f %% refused)%s",
            refused,
            accepted,
            100 * share,
            why(letters)));
  }

  /** By reason, the most frequent first, and what the newest one says. */
  private static String why(List<DeadLetterEntry> letters) {
    if (letters.isEmpty()) {
      return "";
    }
    SortedMap<String, Long> byReason = new TreeMap<>();
    letters.forEach(letter -> byReason.merge(letter.reason(), 1L, Long::sum));
    String reasons =
        byReason.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(REASONS_NAMED)
            .map(reason -> reason.getValue() + " " + shortened(reason.getKey()))
            .collect(Collectors.joining(", "));
    int others = byReason.size() - REASONS_NAMED;
    return ": %s%s; the last: %s"
        .formatted(
            reasons,
            others > 0 ? " and " + others + " other reasons" : "",
            shortened(letters.get(letters.size() - 1).detail()));
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), REASON_CHARS));
  }
}
