package io.sapo.segmenter.verify;

/**
 * What of judging is a matter of configuration.
 *
 * @param numericTolerance largest difference between an answer and the reference that {@code
 *     numeric} lets pass, relative to the reference
 * @param shaping what is made of rewards
 */
public record VerifierSettings(double numericTolerance, RewardShaping shaping) {
  public static final VerifierSettings DEFAULT = new VerifierSettings(1e-3);

  /** Rewards stay as the verifiers give them. */
  public VerifierSettings(double numericTolerance) {
    this(numericTolerance, RewardShaping.NONE);
  }

  public VerifierSettings {
    if (!(numericTolerance >= 0 && numericTolerance < 1)) {
      throw new IllegalArgumentException(
          "numeric tolerance is " + numericTolerance + "; it must be at least 0 and below 1");
    }
  }
}
