package io.sapo.learner.algorithm;

/**
 * What the critic is trained towards; without a critic there are no values and returns.
 *
 * @param actions what carries one value and return
 * @param oldValues one an action, or empty
 * @param returns one an action, or empty
 */
public record ValueTargets(Segmentation actions, double[] oldValues, double[] returns) {
  private static final double[] NONE = {};

  /** Those of some responses. */
  ValueTargets select(int[] rows) {
    return new ValueTargets(actions.select(rows), gather(oldValues, rows), gather(returns, rows));
  }

  /**
   * @param perAction one an action, or empty
   */
  double[] gather(double[] perAction, int[] rows) {
    return perAction.length == 0 ? NONE : actions.segments().gather(perAction, rows);
  }

  /** 1 − Var(R̂ − V) / Var(R̂); 0 where the returns do not vary. */
  public double explainedVariance() {
    double[] residuals = new double[returns.length];
    for (int m = 0; m < residuals.length; m++) {
      residuals[m] = returns[m] - oldValues[m];
    }
    double variance = variance(returns);
    return variance > 0 ? 1 - variance(residuals) / variance : 0;
  }

  private static double variance(double[] elements) {
    double mean = Targets.mean(elements);
    double squares = 0;
    for (double element : elements) {
      squares += (element - mean) * (element - mean);
    }
    return elements.length == 0 ? 0 : squares / elements.length;
  }
}
