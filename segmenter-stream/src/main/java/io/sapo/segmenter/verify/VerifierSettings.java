package io.sapo.segmenter.verify;

/**
 * What of judging is a matter of configuration.
 *
 * @param numericTolerance largest difference between an answer and the reference that {@code
 *     numeric} lets pass, relative to the reference where that is above 1 in size
 */
public record VerifierSettings(double numericTolerance) {
  public static final VerifierSettings DEFAULT = new VerifierSettings(1e-3);

  public VerifierSettings {
    if (!(numericTolerance >= 0 && numericTolerance < 1)) {
      throw new IllegalArgumentException(
          "numeric tolerance is " + numericTolerance + "; it must be at least 0 and below 1");
    }
  }
}
