package io.sapo.verifier;

import io.sapo.verifier.math.EqualityPolicy;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What of judging is a matter of configuration.
 *
 * @param numericTolerance largest difference between an answer and the reference that {@code
 *     numeric} lets pass, relative to the reference
 * @param equality what counts as equal in mathematics
 * @param shaping what is made of rewards
 * @param jars folder of jars with further verifiers
 */
public record VerifierSettings(
    double numericTolerance, EqualityPolicy equality, RewardShaping shaping, Optional<Path> jars) {
  public static final VerifierSettings DEFAULT = new VerifierSettings(1e-3);

  /** Rewards stay as the verifiers give them. */
  public VerifierSettings(double numericTolerance) {
    this(numericTolerance, EqualityPolicy.DEFAULT, RewardShaping.NONE, Optional.empty());
  }

  public VerifierSettings {
    if (!(numericTolerance >= 0 && numericTolerance < 1)) {
      throw new IllegalArgumentException(
          "numeric tolerance is " + numericTolerance + "; it must be at least 0 and below 1");
    }
  }
}
