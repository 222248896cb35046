package io.sapo.learner.algorithm;

/**
 * What a batch is trained towards, fixed for the whole update.
 *
 * @param actions what carries one value and return
 * @param ratioCut what shares one importance ratio
 * @param kept by response: whether it is trained on
 * @param limits by response: tokens that it might have had at most
 * @param oldLogProbs of the policy that the ratio is taken against, one a token
 * @param refLogProbs one a token, or null without a KL term in the loss
 * @param advantages one a token
 * @param corrections stop-gradient off-policy weights
 * @param entropyBonus what a nat of entropy is worth in this update
 * @param oldValues one an action; empty without a critic
 * @param returns one an action; empty without a critic
 */
public record Targets(
    AlgorithmSettings settings,
    Segmentation actions,
    Segmentation ratioCut,
    boolean[] kept,
    int[] limits,
    double[] oldLogProbs,
    double[] refLogProbs,
    double[] advantages,
    Corrections corrections,
    double entropyBonus,
    double[] oldValues,
    double[] returns) {

  /** Walks the whole path from rewards to advantages; pure. */
  public static Targets of(AlgorithmSettings settings, Experience experience, double rewardKl) {
    Segmentation cut = experience.cut();
    Algorithm algorithm = settings.algorithm();
    Experience.Scores scores = experience.scores();
    boolean[] kept = settings.overlong().keeps(experience.responses().cutOff());
    Segmentation actions = algorithm.action().of(cut);
    AdvantageEstimator.Estimate estimate =
        algorithm.estimator().estimate(settings, actions, experience, kept, rewardKl);
    return new Targets(
        settings,
        actions,
        algorithm.ratio().of(cut),
        kept,
        experience.responses().limits(),
        scores.anchor(settings.offPolicy()),
        settings.lossKl() > 0 ? scores.refLogProbs() : null,
        estimate.advantages(),
        Corrections.of(
            settings.offPolicy(), cut, scores.oldLogProbs(), scores.behaviourLogProbs(), kept),
        settings.entropy().at(mean(scores.entropies())),
        estimate.oldValues(),
        estimate.returns());
  }

  /** The given responses, with the weights that make their losses one mini-batch's. */
  public MiniBatch miniBatch(int[] rows) {
    Ragged tokens = actions.tokens();
    Ragged segments = actions.segments();
    Aggregation aggregation = settings.aggregation();
    boolean[] chosen = new boolean[rows.length];
    int[] chosenLimits = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = kept[rows[i]];
      chosenLimits[i] = limits[rows[i]];
    }
    double[] tokenWeights = aggregation.weights(tokens.select(rows), chosen, chosenLimits);
    double[] policy = tokens.gather(corrections.weights(), rows);
    for (int i = 0; i < policy.length; i++) {
      policy[i] *= tokenWeights[i];
    }
    boolean critic = settings.algorithm().usesCritic();
    return new MiniBatch(
        settings,
        actions.select(rows),
        ratioCut.select(rows),
        tokens.gather(oldLogProbs, rows),
        refLogProbs == null ? null : tokens.gather(refLogProbs, rows),
        tokens.gather(advantages, rows),
        policy,
        tokenWeights,
        entropyBonus,
        critic ? segments.gather(oldValues, rows) : oldValues,
        critic ? segments.gather(returns, rows) : returns,
        critic ? aggregation.weights(segments.select(rows), chosen, chosenLimits) : new double[0]);
  }

  /**
   * One number an action, looked up for each segment of a cut of the same tokens: that of the
   * action which holds the token that the segment's value is read at.
   */
  public double[] atSegments(Segmentation cut, double[] perAction) {
    return at(actions.spans().spread(perAction), cut.valuePositions(settings.valueReading()));
  }

  /** 1 − Var(R̂ − V) / Var(R̂); 0 where the returns do not vary. */
  public double explainedVariance() {
    double[] residuals = new double[returns.length];
    for (int m = 0; m < residuals.length; m++) {
      residuals[m] = returns[m] - oldValues[m];
    }
    double variance = variance(returns);
    return variance > 0 ? 1 - variance(residuals) / variance : 0;
  }

  static double[] at(double[] elements, int[] positions) {
    double[] chosen = new double[positions.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = elements[positions[i]];
    }
    return chosen;
  }

  private static double mean(double[] elements) {
    double sum = 0;
    for (double element : elements) {
      sum += element;
    }
    return elements.length == 0 ? 0 : sum / elements.length;
  }

  private static double variance(double[] elements) {
    double mean = mean(elements);
    double squares = 0;
    for (double element : elements) {
      squares += (element - mean) * (element - mean);
    }
    return elements.length == 0 ? 0 : squares / elements.length;
  }
}
