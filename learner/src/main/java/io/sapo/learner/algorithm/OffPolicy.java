package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * What is done about a behaviour policy μ that is some versions older than π_old (SAPO, section 8):
 * a stop-gradient weight on each segment, made from ρ_m = exp(mean over the segment of log π_old −
 * log μ).
 *
 * @param cap bound of the weight with {@link Mode#TRUNCATE}
 * @param low lowest ρ kept with {@link Mode#MASK}
 * @param high highest ρ kept with {@link Mode#MASK}
 * @param vtrace whether advantages are corrected by {@link Advantages#vtrace}
 */
public record OffPolicy(Mode mode, double cap, double low, double high, boolean vtrace) {

  /** The corrections to choose from. */
  public enum Mode {
    /** π_old := μ, no weight. */
    OFF,
    /** min(ρ, cap). */
    TRUNCATE,
    /** 1 within [low, high], else 0. */
    MASK
  }

  public static final OffPolicy DEFAULT = new OffPolicy(Mode.TRUNCATE, 2, 0.5, 5, false);

  public OffPolicy {
    if (!(cap > 0) || !(low >= 0) || !(high > low)) {
      throw new IllegalArgumentException(
          "off-policy correction needs cap > 0 and 0 <= low < high, got %s, %s, %s"
              .formatted(cap, low, high));
    }
  }

  /** One weight for each ρ. */
  public double[] weights(double[] ratios) {
    double[] weights = new double[ratios.length];
    if (mode == Mode.OFF) {
      Arrays.fill(weights, 1);
      return weights;
    }
    for (int m = 0; m < weights.length; m++) {
      weights[m] =
          mode == Mode.TRUNCATE
              ? Math.min(ratios[m], cap)
              : ratios[m] >= low && ratios[m] <= high ? 1 : 0;
    }
    return weights;
  }
}
