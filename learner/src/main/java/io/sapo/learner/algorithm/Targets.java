package io.sapo.learner.algorithm;

/**
 * What a batch is trained towards, fixed for the whole update.
 *
 * @param actions what carries one value and return
 * @param ratioCut what shares one importance ratio
 * @param oldLogProbs of the policy that the ratio is taken against, one a token
 * @param refLogProbs one a token, or null without a KL term in the loss
 * @param advantages whitened, one a token
 * @param policyWeights stop-gradient off-policy weights, one a token
 * @param oldValues one an action; empty without a critic
 * @param returns one an action; empty without a critic
 */
public record Targets(
    AlgorithmSettings settings,
    Segmentation actions,
    Segmentation ratioCut,
    double[] oldLogProbs,
    double[] refLogProbs,
    double[] advantages,
    double[] policyWeights,
    double[] oldValues,
    double[] returns) {

  /** Walks the whole path from rewards to advantages; pure. */
  public static Targets of(AlgorithmSettings settings, Experience experience, double rewardKl) {
    Segmentation cut = experience.cut();
    OffPolicy offPolicy = settings.offPolicy();
    double[] rho = PolicyLoss.ratios(cut, experience.oldLogProbs(), experience.behaviourLogProbs());
    double[] weights = cut.spans().spread(offPolicy.weights(rho));
    double[] anchor =
        offPolicy.mode() == OffPolicy.Mode.OFF
            ? experience.behaviourLogProbs()
            : experience.oldLogProbs();
    Segmentation actions = settings.algorithm().action().of(cut);
    Segmentation ratioCut = settings.algorithm().ratio().of(cut);
    double[] refLogProbs = settings.lossKl() > 0 ? experience.refLogProbs() : null;
    if (!settings.algorithm().usesCritic()) {
      double[] advantages = actions.spans().spread(groupAdvantages(settings, experience));
      return new Targets(
          settings,
          actions,
          ratioCut,
          anchor,
          refLogProbs,
          advantages,
          weights,
          new double[0],
          new double[0]);
    }
    double[] rewards = actionRewards(experience, actions, settings, rewardKl);
    double[] values = at(experience.values(), actions.valuePositions(settings.valueReading()));
    double[] traces =
        offPolicy.vtrace()
            ? PolicyLoss.ratios(actions, experience.oldLogProbs(), experience.behaviourLogProbs())
            : null;
    double[] forPolicy = estimate(settings, settings.lambda(), actions, rewards, values, traces);
    double[] forCritic =
        settings.criticLambda() == settings.lambda()
            ? forPolicy
            : estimate(settings, settings.criticLambda(), actions, rewards, values, traces);
    return new Targets(
        settings,
        actions,
        ratioCut,
        anchor,
        refLogProbs,
        Whitening.whiten(actions.spans().spread(forPolicy), settings.advantageLimit()),
        weights,
        values,
        Advantages.returns(forCritic, values));
  }

  /** The given responses, with the weights that make their losses one mini-batch's. */
  public MiniBatch miniBatch(int[] rows) {
    Ragged tokens = actions.tokens();
    Ragged segments = actions.segments();
    Aggregation aggregation = settings.aggregation();
    double[] tokenWeights = aggregation.weights(tokens.select(rows));
    double[] policy = tokens.gather(policyWeights, rows);
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
        critic ? segments.gather(oldValues, rows) : oldValues,
        critic ? segments.gather(returns, rows) : returns,
        critic ? aggregation.weights(segments.select(rows)) : new double[0]);
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

  private static double[] groupAdvantages(AlgorithmSettings settings, Experience experience) {
    return settings.algorithm().baseline() == Algorithm.Baseline.LEAVE_ONE_OUT
        ? experience.groups().leaveOneOut(experience.outcome())
        : experience.groups().groupRelative(experience.outcome());
  }

  /** A segment's own reward falls due on its last token; an action gets what its tokens get. */
  private static double[] actionRewards(
      Experience experience, Segmentation actions, AlgorithmSettings settings, double rewardKl) {
    double[] perToken =
        rewardKl > 0
            ? Rewards.klPenalty(
                experience.oldLogProbs(),
                experience.refLogProbs(),
                rewardKl,
                settings.rewardKlEstimator())
            : new double[actions.tokens().size()];
    Ragged spans = experience.cut().spans();
    for (int segment = 0; segment < spans.rows(); segment++) {
      perToken[spans.end(segment) - 1] += experience.segmentRewards()[segment];
    }
    return actions.spans().sums(perToken);
  }

  private static double[] estimate(
      AlgorithmSettings settings,
      double lambda,
      Segmentation actions,
      double[] rewards,
      double[] values,
      double[] traces) {
    return traces == null
        ? Advantages.gae(actions.segments(), rewards, values, settings.gamma(), lambda)
        : Advantages.vtrace(actions.segments(), rewards, values, settings.gamma(), lambda, traces);
  }

  static double[] at(double[] elements, int[] positions) {
    double[] chosen = new double[positions.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = elements[positions[i]];
    }
    return chosen;
  }

  private static double variance(double[] elements) {
    double sum = 0;
    for (double element : elements) {
      sum += element;
    }
    double mean = sum / elements.length;
    double squares = 0;
    for (double element : elements) {
      squares += (element - mean) * (element - mean);
    }
    return elements.length == 0 ? 0 : squares / elements.length;
  }
}
