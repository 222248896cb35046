package io.sapo.learner.algorithm;

/**
 * What is done about a behaviour policy μ that is not π_old, because it is some versions older or
 * because another engine computed it (SAPO, section 8): stop-gradient weights of the policy loss,
 * made from ρ = π_old / μ. See {@link Corrections}.
 *
 * @param weighting what the weight is measured by
 * @param cap bound of the weight with {@link Mode#TRUNCATE}
 * @param low lowest ρ kept with {@link Mode#MASK} and {@link Mode#ICEPOP}
 * @param high highest ρ kept with them
 * @param rejection on top of the weights; null for none
 * @param veto a response with a token whose ρ lies below this has no part in the clipped policy
 *     loss; 0 for none
 * @param normalize whether weights are divided by their mean over the batch
 * @param vtrace whether returns are corrected by {@link Advantages#vtrace}, action by action
 */
public record OffPolicy(
    Mode mode,
    Measure weighting,
    double cap,
    double low,
    double high,
    Rejection rejection,
    double veto,
    boolean normalize,
    boolean vtrace) {

  /** The weights to choose from. */
  public enum Mode {
    /** π_old := μ; nothing is weighted. */
    OFF,
    /** π_old as recomputed; nothing is weighted. */
    NONE,
    /** min(ρ, cap) (truncated importance sampling). */
    TRUNCATE,
    /** 1 within [low, high], else 0. */
    MASK,
    /** ρ within [low, high], else 0 (IcePop). */
    ICEPOP;

    /** Whether the weight is 0 outside of [low, high]. */
    public boolean hasBounds() {
      return this == MASK || this == ICEPOP;
    }
  }

  /** How the ratios of the tokens that are taken together become one. */
  public enum Form {
    /** Their geometric mean. */
    MEAN,
    /** Their product: the ratio of the probabilities of all of them. */
    PRODUCT
  }

  /** What one ratio is of. */
  public record Measure(Scope scope, Form form) {

    /** One ρ for each span of {@link #cut}. */
    double[] ratios(Segmentation cut, double[] numerator, double[] denominator) {
      Segmentation spans = scope.of(cut);
      return form == Form.MEAN
          ? PolicyLoss.ratios(spans, numerator, denominator)
          : PolicyLoss.products(spans, numerator, denominator);
    }
  }

  /** Tokens whose measured ρ lies outside [low, high] get the weight 0. */
  public record Rejection(Measure measure, double low, double high) {
    public Rejection {
      requireBounds(low, high, "rejection");
    }
  }

  public OffPolicy {
    if (!(cap > 0)) {
      throw new IllegalArgumentException("off-policy-cap must be above 0, got " + cap);
    }
    requireBounds(low, high, "off-policy");
    if (!(veto >= 0 && veto < 1)) {
      throw new IllegalArgumentException("off-policy-veto must lie in [0, 1), got " + veto);
    }
    if (mode == Mode.OFF && (rejection != null || veto > 0 || normalize || vtrace)) {
      throw new IllegalArgumentException(
          "off-policy off takes the behaviour policy for the old one, so there is no ratio for rejection, veto, normalization or v-trace to work on; take off-policy none with them");
    }
  }

  /** Truncated at 2, ratios taken as the algorithm takes its own. */
  public static OffPolicy truncated(Scope scope) {
    return new OffPolicy(
        Mode.TRUNCATE, new Measure(scope, Form.MEAN), 2, 0.5, 5, null, 0, false, false);
  }

  /** Whether anything depends on log μ being what the learner would compute. */
  public boolean comparesWithBehaviour() {
    return mode != Mode.NONE || rejection != null || veto > 0 || vtrace;
  }

  private static void requireBounds(double low, double high, String what) {
    if (!(low >= 0) || !(high > low)) {
      throw new IllegalArgumentException(
          "%s bounds need 0 <= low < high, got %s and %s".formatted(what, low, high));
    }
  }
}
