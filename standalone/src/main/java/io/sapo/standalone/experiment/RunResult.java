package io.sapo.standalone.experiment;

import java.util.List;
import java.util.function.ToDoubleFunction;

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

  /**
   * Mean accuracy of what was sampled up to so many tokens: the area under its curve. Beyond the
   * run's end its last accuracy is held.
   *
   * @return NaN without an update
   */
  public double area(double budget) {
    double sum = 0;
    double before = 0;
    double accuracy = Double.NaN;
    for (Point point : updates) {
      double share = Math.min(point.tokens(), budget) - before;
      if (share <= 0) {
        break;
      }
      accuracy = point.accuracy();
      sum += share * accuracy;
      before += share;
    }
    return (sum + (budget - before) * accuracy) / budget;
  }

  /**
   * Mean accuracy of the updates that end in the last fifth of so many tokens. Where none does,
   * that of the update which was going on then, or of the last one.
   *
   * @return NaN without an update
   */
  public double last(double budget) {
    return updates.stream()
        .filter(point -> point.tokens() <= budget && point.tokens() > 0.8 * budget)
        .mapToDouble(Point::accuracy)
        .average()
        .orElseGet(() -> at(budget, Point::accuracy));
  }

  /**
   * A number of the update that was going on after so many tokens; beyond the run's end, the last
   * one that there is.
   *
   * @return NaN without an update that has it
   */
  double at(double tokens, ToDoubleFunction<Point> number) {
    double known = Double.NaN;
    for (Point point : updates) {
      double value = number.applyAsDouble(point);
      known = Double.isNaN(value) ? known : value;
      if (point.tokens() >= tokens) {
        break;
      }
    }
    return known;
  }
}
