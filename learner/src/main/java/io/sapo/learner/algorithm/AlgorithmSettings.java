package io.sapo.learner.algorithm;

/**
 * Everything that decides targets and losses.
 *
 * @param gamma discount from action to action
 * @param lambda of the advantages that the policy sees
 * @param criticLambda of the returns that the critic learns
 * @param valueClip bound on a value's move from the old one within the value loss
 * @param advantageLimit bound of a whitened advantage
 * @param rewardKl coefficient of the KL penalty in the rewards; only with a critic
 * @param lossKl coefficient of a KL term in the loss; 0 for none
 */
public record AlgorithmSettings(
    Algorithm algorithm,
    ValueReading valueReading,
    double gamma,
    double lambda,
    double criticLambda,
    Clip clip,
    double valueClip,
    Aggregation aggregation,
    double advantageLimit,
    KlCoefficient rewardKl,
    KlEstimator rewardKlEstimator,
    double lossKl,
    KlEstimator lossKlEstimator,
    OffPolicy offPolicy) {

  public AlgorithmSettings {
    requireUnit(gamma, "gamma");
    requireUnit(lambda, "lambda");
    requireUnit(criticLambda, "critic-lambda");
    if (!(valueClip > 0) || !(advantageLimit > 0) || !(lossKl >= 0)) {
      throw new IllegalArgumentException(
          "needs value-clip > 0, advantage-limit > 0 and loss-kl >= 0, got %s, %s, %s"
              .formatted(valueClip, advantageLimit, lossKl));
    }
    if (!algorithm.usesCritic() && rewardKl.initial() > 0) {
      throw new IllegalArgumentException(
          "%s compares whole responses and takes its KL penalty in the loss: set reward-kl to 0 and use loss-kl"
              .formatted(algorithm.configName()));
    }
    if (!algorithm.usesCritic() && offPolicy.vtrace()) {
      throw new IllegalArgumentException(
          "v-trace corrects a critic's returns; %s has no critic"
              .formatted(algorithm.configName()));
    }
  }

  /** The settings the algorithm was published with. */
  public static AlgorithmSettings of(Algorithm algorithm) {
    return new AlgorithmSettings(
        algorithm,
        ValueReading.SEGMENT_START,
        1,
        algorithm == Algorithm.PPO ? 0.95 : 0.99,
        switch (algorithm) {
          case PPO -> 0.95;
          case VC_PPO -> 1;
          default -> 0.99;
        },
        algorithm == Algorithm.GSPO ? new Clip(3e-4, 4e-4, 3) : new Clip(0.2, 0.28, 3),
        0.5,
        algorithm == Algorithm.GSPO ? Aggregation.SEQ_MEAN_TOKEN_MEAN : Aggregation.TOKEN_MEAN,
        5,
        KlCoefficient.fixed(algorithm.usesCritic() ? 0.001 : 0),
        KlEstimator.K1,
        algorithm.baseline() == Algorithm.Baseline.GROUP_RELATIVE ? 0.01 : 0,
        KlEstimator.K3,
        OffPolicy.DEFAULT);
  }

  public boolean usesCritic() {
    return algorithm.usesCritic();
  }

  /** Whether log-probabilities under the reference policy are needed. */
  public boolean usesReference() {
    return rewardKl.initial() > 0 || lossKl > 0;
  }

  private static void requireUnit(double value, String name) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must lie in [0, 1], got " + value);
    }
  }
}
