package io.sapo.learner.algorithm;

/**
 * The clipped policy loss on segments and its gradient (SAPO, section 4).
 *
 * <p>A segment's ratio is s_m = exp(mean over its tokens of clamp(log π_θ − log π_old, ±20)),
 * shared by all its tokens. Loss of a token: max(−A·s, −A·clip(s)); where A &lt; 0 also min(that,
 * −A·dual). With {@link Segmentation#everyToken} this is PPO's token ratio, with {@link
 * Segmentation#wholeResponse} GSPO's.
 */
public final class PolicyLoss {

  static final double LOG_RATIO_LIMIT = 20;

  private PolicyLoss() {}

  /**
   * Sums over one micro-batch; those of a mini-batch are their sums.
   *
   * @param loss Σ weight · loss
   * @param gradient d loss / d log π_θ, one a token
   * @param tokens that count, like the following
   * @param clipped tokens whose clipped loss is the larger
   * @param clippedLower tokens at the bound of the dual clip
   * @param kl Σ clamp(log π_old − log π_θ)
   */
  public record Result(
      double loss, double[] gradient, int tokens, int clipped, int clippedLower, double kl) {}

  /**
   * All arrays have one element a token.
   *
   * @param cut segments that share a ratio
   * @param weights {@link Aggregation#weights}, times a stop-gradient off-policy weight if any
   * @param counted those weights alone; where they are zero, nothing is counted
   */
  public static Result of(
      Segmentation cut,
      double[] logProbs,
      double[] oldLogProbs,
      double[] advantages,
      double[] weights,
      double[] counted,
      Clip clip) {
    Ragged spans = cut.spans();
    spans.requireSize(logProbs, "logProbs");
    spans.requireSize(oldLogProbs, "oldLogProbs");
    spans.requireSize(advantages, "advantages");
    spans.requireSize(weights, "weights");
    double[] gradient = new double[logProbs.length];
    double floor = 1 - clip.low();
    double ceiling = 1 + clip.high();
    double loss = 0;
    double kl = 0;
    int tokens = 0;
    int clipped = 0;
    int clippedLower = 0;
    for (int segment = 0; segment < spans.rows(); segment++) {
      int start = spans.start(segment);
      int end = spans.end(segment);
      double sum = 0;
      for (int i = start; i < end; i++) {
        sum += clampLogRatio(logProbs[i] - oldLogProbs[i]);
      }
      boolean counts = counted[start] > 0;
      kl -= counts ? sum : 0;
      tokens += counts ? end - start : 0;
      double ratio = Math.exp(sum / (end - start));
      double bounded = Math.max(floor, Math.min(ceiling, ratio));
      double slope = 0;
      for (int i = start; i < end; i++) {
        double unclippedLoss = -advantages[i] * ratio;
        double clippedLoss = -advantages[i] * bounded;
        double tokenLoss = unclippedLoss;
        boolean moves = true;
        if (clippedLoss > unclippedLoss) {
          tokenLoss = clippedLoss;
          moves = false;
          clipped += counts ? 1 : 0;
        }
        if (clip.dual() > 0 && advantages[i] < 0 && tokenLoss > -advantages[i] * clip.dual()) {
          tokenLoss = -advantages[i] * clip.dual();
          moves = false;
          clippedLower += counts ? 1 : 0;
        }
        loss += weights[i] * tokenLoss;
        slope -= moves ? weights[i] * advantages[i] : 0;
      }
      double share = slope * ratio / (end - start);
      for (int i = start; i < end; i++) {
        gradient[i] = Math.abs(logProbs[i] - oldLogProbs[i]) <= LOG_RATIO_LIMIT ? share : 0;
      }
    }
    return new Result(loss, gradient, tokens, clipped, clippedLower, kl);
  }

  /** Segment ratios exp(mean clamp(numerator − denominator)), one a segment. */
  public static double[] ratios(Segmentation cut, double[] numerator, double[] denominator) {
    Ragged spans = cut.spans();
    double[] ratios = new double[spans.rows()];
    for (int segment = 0; segment < ratios.length; segment++) {
      double sum = 0;
      for (int i = spans.start(segment); i < spans.end(segment); i++) {
        sum += clampLogRatio(numerator[i] - denominator[i]);
      }
      ratios[segment] = Math.exp(sum / spans.length(segment));
    }
    return ratios;
  }

  /** Segment ratios exp(clamp(sum clamp(numerator − denominator))), one a segment. */
  static double[] products(Segmentation cut, double[] numerator, double[] denominator) {
    Ragged spans = cut.spans();
    double[] ratios = new double[spans.rows()];
    for (int segment = 0; segment < ratios.length; segment++) {
      double sum = 0;
      for (int i = spans.start(segment); i < spans.end(segment); i++) {
        sum += clampLogRatio(numerator[i] - denominator[i]);
      }
      ratios[segment] = Math.exp(clampLogRatio(sum));
    }
    return ratios;
  }

  static double clampLogRatio(double d) {
    return Math.max(-LOG_RATIO_LIMIT, Math.min(LOG_RATIO_LIMIT, d));
  }
}
