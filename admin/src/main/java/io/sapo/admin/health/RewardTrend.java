package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.run.Metric;
import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.run.VersionLog;
import java.util.List;

/**
 * The newest updates' mean reward against the best that as many updates in a row had before: a
 * learning rate that is too high ruins a policy while all its numbers stay finite.
 */
final class RewardTrend {
  private static final String ID = "reward";
  private static final String TITLE = "The mean reward keeps its level";
  private static final int WINDOW = 2;

  /** Standard errors, of rewards between 0 and 1 at their widest, that chance may make up for. */
  private static final double CHANCE = 3 * 0.5;

  private RewardTrend() {}

  /**
   * @param drop fall of the mean reward that is one too many
   */
  static Condition judge(VersionLog versions, double drop) {
    List<VersionEntry> known =
        versions.oldestFirst(-1).stream()
            .filter(version -> version.metrics().containsKey(Metric.REWARD))
            .toList();
    if (known.size() <= WINDOW) {
      return Condition.unknown(ID, TITLE, "there are too few updates to compare");
    }
    int last = known.size() - WINDOW;
    int best = 0;
    for (int start = 1; start <= last; start++) {
      best = mean(known, start) > mean(known, best) ? start : best;
    }
    double newest = mean(known, last);
    double highest = mean(known, best);
    long trained =
        known.subList(last, known.size()).stream().mapToLong(VersionEntry::trained).sum();
    double chance = CHANCE / Math.sqrt(Math.max(1, trained));
    return Condition.of(
        highest - newest > Math.max(drop, chance),
        ID,
        TITLE,
        String.format(
            ROOT,
            "mean reward %.3f in the last %d updates; the best was %.3f up to version %d",
            newest,
            WINDOW,
            highest,
            known.get(best + WINDOW - 1).version()));
  }

  private static double mean(List<VersionEntry> versions, int start) {
    return versions.subList(start, start + WINDOW).stream()
        .mapToDouble(version -> version.metrics().get(Metric.REWARD))
        .average()
        .orElseThrow();
  }
}
