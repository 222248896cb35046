package io.sapo.admin.health;

import static java.util.Locale.ROOT;

import io.sapo.admin.run.RewardWindows;
import java.util.Optional;

/**
 * The newest updates' mean reward against the best that as many updates in a row had before: a
 * learning rate that is too high ruins a policy while all its numbers stay finite.
 */
final class RewardTrend {
  private static final String ID = "reward";
  private static final String TITLE = "The mean reward keeps its level";

  private RewardTrend() {}

  /**
   * @param drop fall of the mean reward that is one too many, in the reward's unit; it must be more
   *     than chance, too
   */
  static Condition judge(Optional<RewardWindows.Comparison> rewards, double drop) {
    if (rewards.isEmpty()) {
      return Condition.unknown(ID, TITLE, "there are too few updates to compare");
    }
    RewardWindows.Comparison found = rewards.get();
    return Condition.of(
        found.fall() > drop && found.certain(),
        ID,
        TITLE,
        String.format(
            ROOT,
            "mean reward %.3f ± %.3f in the last %d updates; the best was %.3f ± %.3f up to version"
                + " %d",
            found.newest().mean(),
            found.newest().error(),
            RewardWindows.UPDATES,
            found.best().mean(),
            found.best().error(),
            found.best().last()));
  }
}
