package io.sapo.learner.algorithm;

/**
 * Responses that share one optimizer step. The weights carry the aggregation's denominators over
 * the whole mini-batch, so losses and gradients of its micro-batches ({@link #select}) add up to
 * its own.
 *
 * @param policyWeights aggregation times off-policy weight, one a token
 * @param tokenWeights aggregation weight alone, one a token
 * @param entropyBonus what a nat of entropy is worth; 0 for no entropy term
 * @param valueWeights aggregation weight, one an action
 */
public record MiniBatch(
    AlgorithmSettings settings,
    Segmentation actions,
    Segmentation ratioCut,
    double[] oldLogProbs,
    double[] refLogProbs,
    double[] advantages,
    double[] policyWeights,
    double[] tokenWeights,
    double entropyBonus,
    double[] oldValues,
    double[] returns,
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

  /** The given responses, counted within this mini-batch, weights unchanged. */
  public MiniBatch select(int[] rows) {
    Ragged tokens = actions.tokens();
    Ragged segments = actions.segments();
    boolean critic = settings.algorithm().usesCritic();
    return new MiniBatch(
        settings,
        actions.select(rows),
        ratioCut.select(rows),
        tokens.gather(oldLogProbs, rows),
        refLogProbs == null ? null : tokens.gather(refLogProbs, rows),
        tokens.gather(advantages, rows),
        tokens.gather(policyWeights, rows),
        tokens.gather(tokenWeights, rows),
        entropyBonus,
        critic ? segments.gather(oldValues, rows) : oldValues,
        critic ? segments.gather(returns, rows) : returns,
        critic ? segments.gather(valueWeights, rows) : valueWeights);
  }

  /**
   * Loss and gradients.
   *
   * @param logProbs log π_θ, one a token
   * @param entropies of π_θ, one a token
   */
  public PolicyTerm policyLoss(double[] logProbs, double[] entropies) {
    PolicyLoss.Result policy =
        PolicyLoss.of(ratioCut, logProbs, oldLogProbs, advantages, policyWeights, settings.clip());
    double loss = policy.loss();
    double[] gradient = policy.gradient();
    double klLoss = 0;
    if (refLogProbs != null) {
      KlLoss.Result kl = KlLoss.of(logProbs, refLogProbs, tokenWeights, settings.lossKlEstimator());
      klLoss = kl.loss();
      loss += settings.lossKl() * klLoss;
      gradient = gradient.clone();
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += settings.lossKl() * kl.gradient()[i];
      }
    }
    double[] entropyGradient = null;
    if (entropyBonus > 0) {
      entropyGradient = new double[entropies.length];
      for (int i = 0; i < entropies.length; i++) {
        entropyGradient[i] = -entropyBonus * tokenWeights[i];
        loss += entropyGradient[i] * entropies[i];
      }
    }
    return new PolicyTerm(loss, gradient, entropyGradient, policy, klLoss);
  }

  /** Loss and gradient at the critic's values, one a token. */
  public ValueTerm valueLoss(double[] values) {
    int[] positions = actions.valuePositions(settings.valueReading());
    ValueLoss.Result result =
        ValueLoss.of(
            Targets.at(values, positions), oldValues, returns, valueWeights, settings.valueClip());
    double[] gradient = new double[values.length];
    for (int m = 0; m < positions.length; m++) {
      gradient[positions[m]] = result.gradient()[m];
    }
    return new ValueTerm(result.loss(), gradient, result.segments(), result.clipped());
  }
}
