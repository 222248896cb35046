package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything that decides targets and losses. Made by name, from an algorithm's preset: {@link
 * #toBuilder}.
 *
 * @param gamma discount from action to action
 * @param lambda of the advantages that the policy sees
 * @param criticLambda of the returns that the critic learns
 * @param valueClip bound on a value's move from the old one within the value loss
 * @param advantageLimit bound of a whitened advantage; 0 for none
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
    EntropyBonus entropy,
    Overlong overlong,
    OffPolicy offPolicy) {

  public AlgorithmSettings {
    requireUnit(gamma, "gamma");
    requireUnit(lambda, "lambda");
    requireUnit(criticLambda, "critic-lambda");
    if (!(valueClip > 0) || !(advantageLimit >= 0) || !(lossKl >= 0)) {
      throw new IllegalArgumentException(
          "needs value-clip > 0, advantage-limit >= 0 and loss-kl >= 0, got %s, %s, %s"
              .formatted(valueClip, advantageLimit, lossKl));
    }
    if (!algorithm.usesCritic()) {
      requireNoCritic(algorithm, rewardKl, overlong, offPolicy);
    }
  }

  private static void requireNoCritic(
      Algorithm algorithm, KlCoefficient rewardKl, Overlong overlong, OffPolicy offPolicy) {
    if (rewardKl.initial() > 0) {
      throw new IllegalArgumentException(
          "%s compares whole responses and takes its KL penalty in the loss: set reward-kl to 0 and use loss-kl"
              .formatted(algorithm.configName()));
    }
    if (offPolicy.vtrace()) {
      throw new IllegalArgumentException(
          "v-trace corrects a critic's returns; %s has no critic"
              .formatted(algorithm.configName()));
    }
    if (overlong == Overlong.BOOTSTRAP) {
      throw new IllegalArgumentException(
          "overlong bootstrap takes a critic's value; %s has no critic: take end, mask or penalty"
              .formatted(algorithm.configName()));
    }
  }

  /** The settings the algorithm was published with. */
  public static AlgorithmSettings of(Algorithm algorithm) {
    return algorithm.preset().settings();
  }

  public boolean usesCritic() {
    return algorithm.usesCritic();
  }

  /** Whether log-probabilities under the reference policy are needed. */
  public boolean usesReference() {
    return rewardKl.initial() > 0 || lossKl > 0;
  }

  /**
   * What speaks against training with these settings, one sentence each. Kept apart from what can
   * be computed at all: a recorded run may have them and is folded again as it was.
   */
  public List<String> objections() {
    List<String> objections = new ArrayList<>();
    if (lossKl > 0 && lossKlEstimator == KlEstimator.K1) {
      objections.add(
          "loss-kl-estimator k1 has no gradient in expectation, so the policy would drift as if there were no KL term: take k2, whose gradient is that of the KL divergence, or k3");
    }
    return objections;
  }

  public Builder toBuilder() {
    return new Builder(this);
  }

  /** For what differs from SAPO's settings, or from others. */
  public static final class Builder {
    private final Algorithm algorithm;
    private ValueReading valueReading = ValueReading.SEGMENT_START;
    private double gamma = 1;
    private double lambda = 0.99;
    private double criticLambda = 0.99;
    private Clip clip = new Clip(0.2, 0.28, 3);
    private double valueClip = 0.5;
    private Aggregation aggregation = Aggregation.TOKEN_MEAN;
    private double advantageLimit;
    private KlCoefficient rewardKl;
    private KlEstimator rewardKlEstimator = KlEstimator.K1;
    private double lossKl;
    private KlEstimator lossKlEstimator = KlEstimator.K3;
    private EntropyBonus entropy = EntropyBonus.NONE;
    private Overlong overlong = Overlong.END;
    private OffPolicy offPolicy;

    Builder(Algorithm algorithm) {
      this.algorithm = algorithm;
      this.rewardKl = KlCoefficient.fixed(algorithm.usesCritic() ? 0.001 : 0);
      this.offPolicy = OffPolicy.truncated(algorithm.ratio());
    }

    private Builder(AlgorithmSettings from) {
      this.algorithm = from.algorithm;
      this.valueReading = from.valueReading;
      this.gamma = from.gamma;
      this.lambda = from.lambda;
      this.criticLambda = from.criticLambda;
      this.clip = from.clip;
      this.valueClip = from.valueClip;
      this.aggregation = from.aggregation;
      this.advantageLimit = from.advantageLimit;
      this.rewardKl = from.rewardKl;
      this.rewardKlEstimator = from.rewardKlEstimator;
      this.lossKl = from.lossKl;
      this.lossKlEstimator = from.lossKlEstimator;
      this.entropy = from.entropy;
      this.overlong = from.overlong;
      this.offPolicy = from.offPolicy;
    }

    public Builder valueReading(ValueReading value) {
      valueReading = value;
      return this;
    }

    public Builder gamma(double value) {
      gamma = value;
      return this;
    }

    public Builder lambda(double value) {
      lambda = value;
      return this;
    }

    public Builder criticLambda(double value) {
      criticLambda = value;
      return this;
    }

    public Builder clip(Clip value) {
      clip = value;
      return this;
    }

    public Builder valueClip(double value) {
      valueClip = value;
      return this;
    }

    public Builder aggregation(Aggregation value) {
      aggregation = value;
      return this;
    }

    public Builder advantageLimit(double value) {
      advantageLimit = value;
      return this;
    }

    public Builder rewardKl(KlCoefficient value) {
      rewardKl = value;
      return this;
    }

    public Builder rewardKlEstimator(KlEstimator value) {
      rewardKlEstimator = value;
      return this;
    }

    public Builder lossKl(double value) {
      lossKl = value;
      return this;
    }

    public Builder lossKlEstimator(KlEstimator value) {
      lossKlEstimator = value;
      return this;
    }

    public Builder entropy(EntropyBonus value) {
      entropy = value;
      return this;
    }

    public Builder overlong(Overlong value) {
      overlong = value;
      return this;
    }

    public Builder offPolicy(OffPolicy value) {
      offPolicy = value;
      return this;
    }

    public AlgorithmSettings build() {
      return new AlgorithmSettings(
          algorithm,
          valueReading,
          gamma,
          lambda,
          criticLambda,
          clip,
          valueClip,
          aggregation,
          advantageLimit,
          rewardKl,
          rewardKlEstimator,
          lossKl,
          lossKlEstimator,
          entropy,
          overlong,
          offPolicy);
    }
  }

  private static void requireUnit(double value, String name) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must lie in [0, 1], got " + value);
    }
  }
}
