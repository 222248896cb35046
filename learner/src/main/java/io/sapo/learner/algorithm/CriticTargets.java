package io.sapo.learner.algorithm;

/**
 * Generalised advantages against a critic's values, whitened over the batch, and the returns that
 * the critic learns (SAPO, sections 2 and 3). With tokens as actions this is PPO.
 */
final class CriticTargets implements AdvantageEstimator {

  @Override
  public boolean usesCritic() {
    return true;
  }

  @Override
  public Estimate estimate(
      AlgorithmSettings settings,
      Segmentation actions,
      Experience experience,
      boolean[] kept,
      double rewardKl) {
    double[] values =
        Targets.at(experience.scores().values(), actions.valuePositions(settings.valueReading()));
    Advantages gae =
        new Advantages(
            actions.segments(),
            rewards(settings, actions, experience, rewardKl),
            values,
            tails(settings, experience),
            settings.gamma());
    double[] forPolicy = gae.gae(settings.lambda());
    return new Estimate(
        whitened(actions.spans().spread(forPolicy), actions.tokens(), kept, settings),
        values,
        Advantages.returns(forCritic(settings, actions, experience, gae, forPolicy), values));
  }

  /** V-trace is the critic's alone: the policy loss weighs each action by its ratio already. */
  private static double[] forCritic(
      AlgorithmSettings settings,
      Segmentation actions,
      Experience experience,
      Advantages gae,
      double[] forPolicy) {
    double lambda = settings.criticLambda();
    if (settings.offPolicy().vtrace()) {
      Experience.Scores scores = experience.scores();
      return gae.vtrace(
          lambda, PolicyLoss.ratios(actions, scores.oldLogProbs(), scores.behaviourLogProbs()));
    }
    return lambda == settings.lambda() ? forPolicy : gae.gae(lambda);
  }

  /** The value of the state behind a response that was cut off, 0 behind any other. */
  private static double[] tails(AlgorithmSettings settings, Experience experience) {
    double[] tails = new double[experience.cut().tokens().rows()];
    if (settings.overlong() == Overlong.BOOTSTRAP) {
      for (int row = 0; row < tails.length; row++) {
        tails[row] =
            experience.responses().cutOff()[row] ? experience.scores().tailValues()[row] : 0;
      }
    }
    return tails;
  }

  /** A segment's own reward falls due on its last token; an action gets what its tokens get. */
  private static double[] rewards(
      AlgorithmSettings settings, Segmentation actions, Experience experience, double rewardKl) {
    double[] perToken =
        rewardKl > 0
            ? Rewards.klPenalty(
                experience.scores().anchor(settings.offPolicy()),
                experience.scores().refLogProbs(),
                rewardKl,
                settings.rewardKlEstimator())
            : new double[actions.tokens().size()];
    Ragged spans = experience.cut().spans();
    for (int segment = 0; segment < spans.rows(); segment++) {
      perToken[spans.end(segment) - 1] += experience.responses().segmentRewards()[segment];
    }
    return actions.spans().sums(perToken);
  }

  private static double[] whitened(
      double[] advantages, Ragged tokens, boolean[] kept, AlgorithmSettings settings) {
    double limit =
        settings.advantageLimit() > 0 ? settings.advantageLimit() : Double.POSITIVE_INFINITY;
    return tokens.scatter(Whitening.whiten(tokens.gather(advantages, kept), limit), kept);
  }
}
