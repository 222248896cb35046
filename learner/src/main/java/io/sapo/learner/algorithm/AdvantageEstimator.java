package io.sapo.learner.algorithm;

/**
 * Turns the rewards of a batch into advantages and returns: one class for each family of
 * algorithms. Pure.
 */
public interface AdvantageEstimator {

  /**
   * @param advantages one a token, as the policy loss takes them
   * @param oldValues one an action; empty without a critic
   * @param returns one an action; empty without a critic
   */
  record Estimate(double[] advantages, double[] oldValues, double[] returns) {}

  /** Whether it reads values and gives returns to learn them from. */
  boolean usesCritic();

  /**
   * @param actions what carries one reward, value and advantage
   * @param kept by response: whether it is trained on; the others' estimates are not looked at
   * @param rewardKl coefficient of the KL penalty in the rewards
   */
  Estimate estimate(
      AlgorithmSettings settings,
      Segmentation actions,
      Experience experience,
      boolean[] kept,
      double rewardKl);
}
