package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * The off-policy weights of a batch.
 *
 * @param weights one a token
 * @param effectiveShare (Σw)² / (n Σw²): the effective sample size in tokens, as a share of them; 0
 *     where every weight is 0
 * @param maskedShare share of the tokens whose ρ lies outside the bounds of {@link
 *     OffPolicy.Mode#MASK} or {@link OffPolicy.Mode#ICEPOP}; 0 with other modes
 * @param rejectedShare share of the tokens that rejection and veto took out
 */
public record Corrections(
    double[] weights, double effectiveShare, double maskedShare, double rejectedShare) {

  /**
   * In this order: weights, rejection, veto, normalization.
   *
   * @param kept by response: whether it is trained on; the others do not count
   */
  public static Corrections of(
      OffPolicy offPolicy, Segmentation cut, double[] old, double[] behaviour, boolean[] kept) {
    double[] weights = new double[cut.tokens().size()];
    boolean[] masked = new boolean[weights.length];
    Arrays.fill(weights, 1);
    if (offPolicy.mode() != OffPolicy.Mode.OFF && offPolicy.mode() != OffPolicy.Mode.NONE) {
      Ragged spans = offPolicy.weighting().scope().of(cut).spans();
      double[] ratios = offPolicy.weighting().ratios(cut, old, behaviour);
      for (int span = 0; span < ratios.length; span++) {
        if (masks(offPolicy, ratios[span])) {
          Arrays.fill(masked, spans.start(span), spans.end(span), true);
        }
        ratios[span] = weight(offPolicy, ratios[span]);
      }
      weights = spans.spread(ratios);
    }
    boolean[] rejected = rejected(offPolicy, cut, old, behaviour);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = rejected[i] ? 0 : weights[i];
    }
    return measured(offPolicy, cut.tokens(), weights, masked, rejected, kept);
  }

  private static double weight(OffPolicy offPolicy, double ratio) {
    return switch (offPolicy.mode()) {
      case OFF, NONE -> 1;
      case TRUNCATE -> Math.min(ratio, offPolicy.cap());
      case MASK -> masks(offPolicy, ratio) ? 0 : 1;
      case ICEPOP -> masks(offPolicy, ratio) ? 0 : ratio;
    };
  }

  private static boolean masks(OffPolicy offPolicy, double ratio) {
    boolean within = ratio >= offPolicy.low() && ratio <= offPolicy.high();
    return offPolicy.mode().hasBounds() && !within;
  }

  private static boolean[] rejected(
      OffPolicy offPolicy, Segmentation cut, double[] old, double[] behaviour) {
    boolean[] rejected = new boolean[cut.tokens().size()];
    OffPolicy.Rejection rejection = offPolicy.rejection();
    if (rejection != null) {
      Ragged spans = rejection.measure().scope().of(cut).spans();
      double[] ratios = rejection.measure().ratios(cut, old, behaviour);
      for (int span = 0; span < ratios.length; span++) {
        if (ratios[span] < rejection.low() || ratios[span] > rejection.high()) {
          Arrays.fill(rejected, spans.start(span), spans.end(span), true);
        }
      }
    }
    if (offPolicy.veto() > 0) {
      double lowest = Math.log(offPolicy.veto());
      Ragged tokens = cut.tokens();
      for (int row = 0; row < tokens.rows(); row++) {
        for (int i = tokens.start(row); i < tokens.end(row); i++) {
          if (old[i] - behaviour[i] < lowest) {
            Arrays.fill(rejected, tokens.start(row), tokens.end(row), true);
            break;
          }
        }
      }
    }
    return rejected;
  }

  private static Corrections measured(
      OffPolicy offPolicy,
      Ragged tokens,
      double[] weights,
      boolean[] masked,
      boolean[] rejected,
      boolean[] kept) {
    double sum = 0;
    double squares = 0;
    long counted = 0;
    long outside = 0;
    long out = 0;
    for (int row = 0; row < tokens.rows(); row++) {
      for (int i = tokens.start(row); kept[row] && i < tokens.end(row); i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
        outside += masked[i] ? 1 : 0;
        out += rejected[i] ? 1 : 0;
        counted++;
      }
    }
    double effective = squares > 0 ? sum * sum / (counted * squares) : 0;
    if (offPolicy.normalize() && sum > 0) {
      double mean = sum / counted;
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= mean;
      }
    }
    return new Corrections(weights, effective, share(outside, counted), share(out, counted));
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
