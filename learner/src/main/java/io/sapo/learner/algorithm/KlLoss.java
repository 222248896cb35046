package io.sapo.learner.algorithm;

/** A KL penalty against the reference policy as a term of the loss (GRPO), with its gradient. */
public final class KlLoss {

  private KlLoss() {}

  /**
   * @param loss Σ weight · estimate, not yet times the coefficient
   * @param gradient d loss / d log π_θ, one a token
   */
  public record Result(double loss, double[] gradient) {}

  public static Result of(
      double[] logProbs, double[] refLogProbs, double[] weights, KlEstimator estimator) {
    double[] gradient = new double[logProbs.length];
    double loss = 0;
    for (int i = 0; i < gradient.length; i++) {
      double d = logProbs[i] - refLogProbs[i];
      loss += weights[i] * estimator.estimate(d);
      gradient[i] = weights[i] * estimator.derivative(d);
    }
    return new Result(loss, gradient);
  }
}
