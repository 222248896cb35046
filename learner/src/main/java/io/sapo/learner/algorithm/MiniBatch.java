package io.sapo.learner.algorithm;

/**
 * Responses that share one optimizer step. The weights carry the aggregation's denominators over
 * the whole mini-batch, so losses and gradients of its micro-batches ({@link #select}) add up to
 * its own.
 *
 * @param policyWeights aggregation times off-policy weight, one a token
 * @param tokenWeights aggregation weight alone, one a token
 * @param valueWeights aggregation weight, one an action; empty without a critic
 */
public record MiniBatch(
    AlgorithmSettings settings,
    PolicyTargets policy,
    ValueTargets value,
    double[] policyWeights,
    double[] tokenWeights,
    double[] valueWeights) {

  /**
   * @param loss policy loss plus the KL term, less the entropy's, where there are any
   * @param gradient d loss / d log π_θ, one a token
   * @param entropyGradient d loss / d entropy, one a token; null without an entropy term
   * @param policy sums of the policy loss alone
   * @param klLoss the KL term before its coefficient; 0 without one
   */
  public record PolicyTerm(
      double loss,
      double[] gradient,
      double[] entropyGradient,
      PolicyLoss.Result policy,
      double klLoss) {}

  /**
   * @param gradient d loss / d V, one a token; zero where no value is read
   */
  public record ValueTerm(double loss, double[] gradient, int actions, int clipped) {}

  /** Whether any token has a part in the policy's loss. */
  public boolean trainsPolicy() {
    boolean beside = policy.refLogProbs() != null || policy.entropyBonus() > 0;
    return any(policyWeights) || beside && any(tokenWeights);
  }

  /** Whether any value has a part in the critic's loss. */
  public boolean trainsCritic() {
    return any(valueWeights);
  }

  private static boolean any(double[] weights) {
    for (double weight : weights) {
      if (weight != 0) {
        return true;
      }
    }
    return false;
  }

  /** The given responses, counted within this mini-batch, weights unchanged. */
  public MiniBatch select(int[] rows) {
    Ragged tokens = value.actions().tokens();
    return new MiniBatch(
        settings,
        policy.select(rows),
        value.select(rows),
        tokens.gather(policyWeights, rows),
        tokens.gather(tokenWeights, rows),
        value.gather(valueWeights, rows));
  }

  /**
   * Loss and gradients.
   *
   * @param logProbs log π_θ, one a token
   * @param entropies of π_θ, one a token
   */
  public PolicyTerm policyLoss(double[] logProbs, double[] entropies) {
    PolicyLoss.Result clipped =
        PolicyLoss.of(
            policy.ratioCut(),
            logProbs,
            policy.oldLogProbs(),
            policy.advantages(),
            policyWeights,
            tokenWeights,
            settings.clip());
    double loss = clipped.loss();
    double[] gradient = clipped.gradient();
    double klLoss = 0;
    if (policy.refLogProbs() != null) {
      KlLoss.Result kl =
          KlLoss.of(logProbs, policy.refLogProbs(), tokenWeights, settings.lossKlEstimator());
      klLoss = kl.loss();
      loss += settings.lossKl() * klLoss;
      gradient = gradient.clone();
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += settings.lossKl() * kl.gradient()[i];
      }
    }
    double[] entropyGradient = null;
    if (policy.entropyBonus() > 0) {
      entropyGradient = new double[entropies.length];
      for (int i = 0; i < entropies.length; i++) {
        entropyGradient[i] = -policy.entropyBonus() * tokenWeights[i];
        loss += entropyGradient[i] * entropies[i];
      }
    }
    return new PolicyTerm(loss, gradient, entropyGradient, clipped, klLoss);
  }

  /** Loss and gradient at the critic's values, one a token. */
  public ValueTerm valueLoss(double[] values) {
    int[] positions = value.actions().valuePositions(settings.valueReading());
    ValueLoss.Result result =
        ValueLoss.of(
            Targets.at(values, positions),
            value.oldValues(),
            value.returns(),
            valueWeights,
            settings.valueClip());
    double[] gradient = new double[values.length];
    for (int m = 0; m < positions.length; m++) {
      gradient[positions[m]] = result.gradient()[m];
    }
    return new ValueTerm(result.loss(), gradient, result.segments(), result.clipped());
  }
}
