package io.sapo.learner.algorithm;

/**
 * The policy's entropy as a term of the loss.
 *
 * @param coefficient what a nat of entropy is worth; 0 for no bonus
 * @param target the bonus is given in updates whose batch has less entropy a token than this, as
 *     Skywork-OR1 gates it (He et al. 2025); 0 for always
 */
public record EntropyBonus(double coefficient, double target) {

  public static final EntropyBonus NONE = new EntropyBonus(0, 0);

  public EntropyBonus {
    if (!(coefficient >= 0) || !(target >= 0)) {
      throw new IllegalArgumentException(
          "entropy-bonus and target-entropy must not be negative, got %s, %s"
              .formatted(coefficient, target));
    }
    if (target > 0 && coefficient == 0) {
      throw new IllegalArgumentException(
          "target-entropy is %s, but no bonus is given below it: set entropy-bonus"
              .formatted(target));
    }
  }

  /** The coefficient for a batch with this mean entropy a token. */
  double at(double entropy) {
    return target == 0 || entropy < target ? coefficient : 0;
  }
}
