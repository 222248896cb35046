package io.sapo.standalone.experiment;

import java.util.List;

/**
 * What one run came to.
 *
 * @param tuned value of the tuned key; null where nothing is tuned
 * @param updates in order
 * @param accuracyBefore of held-out tasks, sampled; null where it was not asked
 * @param stepsRight share of right steps among the responses of the last quarter of the updates;
 *     NaN where steps cannot be judged
 */
public record RunResult(
    String arm,
    long seed,
    String tuned,
    List<Point> updates,
    Double accuracyBefore,
    Double accuracyAfter,
    double stepsRight,
    CreditTruth.Summary credit,
    double seconds) {

  /**
   * One update.
   *
   * @param tokens sampled for it and all before, those dropped included
   * @param valueLoss NaN without a critic, like {@code explainedVariance}
   */
  public record Point(
      long version,
      double tokens,
      double accuracy,
      double entropy,
      double length,
      double valueLoss,
      double explainedVariance,
      double staleness,
      double effectiveShare) {}

  public double tokens() {
    return updates.isEmpty() ? 0 : updates.get(updates.size() - 1).tokens();
  }

  /** Mean accuracy of what was sampled up to so many tokens: the area under its curve. */
  public double area(double budget) {
    double sum = 0;
    double before = 0;
    for (Point point : updates) {
      double share = Math.min(point.tokens(), budget) - before;
      if (share <= 0) {
        break;
      }
      sum += share * point.accuracy();
      before = Math.min(point.tokens(), budget);
    }
    return before == 0 ? Double.NaN : sum / before;
  }

  /** Mean accuracy over the last fifth of so many tokens. */
  public double last(double budget) {
    double sum = 0;
    int count = 0;
    for (Point point : updates) {
      if (point.tokens() <= budget && point.tokens() > 0.8 * budget) {
        sum += point.accuracy();
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
