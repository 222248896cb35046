package io.sapo.learner.algorithm;

/**
 * The clipped value loss ½·max((V−R̂)², (clip(V, V_old±c)−R̂)²) and its gradient (SAPO, section 3),
 * on the positions where V is read.
 */
public final class ValueLoss {

  private ValueLoss() {}

  /**
   * Sums over one micro-batch; those of a mini-batch are their sums.
   *
   * @param loss Σ weight · loss
   * @param gradient d loss / d V, one a segment
   * @param segments that have a weight
   * @param clipped those of them whose clipped loss is the larger
   */
  public record Result(double loss, double[] gradient, int segments, int clipped) {}

  /** All arrays have one element a segment; {@code limit} is c. */
  public static Result of(
      double[] values, double[] oldValues, double[] returns, double[] weights, double limit) {
    double[] gradient = new double[values.length];
    double loss = 0;
    int segments = 0;
    int clipped = 0;
    for (int m = 0; m < values.length; m++) {
      double bounded = Math.max(oldValues[m] - limit, Math.min(oldValues[m] + limit, values[m]));
      segments += weights[m] > 0 ? 1 : 0;
      double error = values[m] - returns[m];
      double boundedError = bounded - returns[m];
      double free = error * error;
      double held = boundedError * boundedError;
      if (held > free) {
        clipped += weights[m] > 0 ? 1 : 0;
        loss += weights[m] * 0.5 * held;
      } else {
        loss += weights[m] * 0.5 * free;
        gradient[m] = weights[m] * error;
      }
    }
    return new Result(loss, gradient, segments, clipped);
  }
}
