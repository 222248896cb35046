package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * The off-policy weights of a batch.
 *
 * @param weights one a token
 * @param effectiveShare (Σw)² / (n Σw²): the effective sample size in tokens, as a share of them; 0
 *     where every weight is 0
 * @param rejectedShare share of the tokens that rejection and veto took out
 */
public record Corrections(double[] weights, double effectiveShare, double rejectedShare) {

  /**
   * In this order: weights, rejection, veto, normalization.
   *
   * @param kept by response: whether it is trained on; the others do not count
   */
  public static Corrections of(
      OffPolicy offPolicy, Segmentation cut, double[] old, double[] behaviour, boolean[] kept) {
    double[] weights = new double[cut.tokens().size()];
    Arrays.fill(weights, 1);
    if (offPolicy.mode() != OffPolicy.Mode.OFF && offPolicy.mode() != OffPolicy.Mode.NONE) {
      double[] ratios = offPolicy.weighting().ratios(cut, old, behaviour);
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = weight(offPolicy, ratios[i]);
      }
      weights = offPolicy.weighting().scope().of(cut).spans().spread(ratios);
    }
    boolean[] rejected = rejected(offPolicy, cut, old, behaviour);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = rejected[i] ? 0 : weights[i];
    }
    return measured(offPolicy, cut.tokens(), weights, rejected, kept);
  }

  private static double weight(OffPolicy offPolicy, double ratio) {
    boolean within = ratio >= offPolicy.low() && ratio <= offPolicy.high();
    return switch (offPolicy.mode()) {
      case OFF, NONE -> 1;
      case TRUNCATE -> Math.min(ratio, offPolicy.cap());
      case MASK -> within ? 1 : 0;
      case ICEPOP -> within ? ratio : 0;
    };
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
      OffPolicy offPolicy, Ragged tokens, double[] weights, boolean[] rejected, boolean[] kept) {
    double sum = 0;
    double squares = 0;
    long counted = 0;
    long out = 0;
    for (int row = 0; row < tokens.rows(); row++) {
      for (int i = tokens.start(row); kept[row] && i < tokens.end(row); i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
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
    return new Corrections(weights, effective, counted == 0 ? 0 : (double) out / counted);
  }
}
