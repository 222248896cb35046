package io.sapo.learner.algorithm;

import java.util.stream.IntStream;

/**
 * What a batch is trained towards, fixed for the whole update.
 *
 * @param kept by response: whether it is trained on
 * @param limits by response: tokens that it might have had at most
 * @param corrections stop-gradient off-policy weights
 */
public record Targets(
    AlgorithmSettings settings,
    PolicyTargets policy,
    ValueTargets value,
    boolean[] kept,
    int[] limits,
    Corrections corrections) {

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
        new PolicyTargets(
            algorithm.ratio().of(cut),
            scores.anchor(settings.offPolicy()),
            settings.lossKl() > 0 ? scores.refLogProbs() : null,
            estimate.advantages(),
            settings.entropy().at(mean(cut.tokens().gather(scores.entropies(), kept)))),
        new ValueTargets(actions, estimate.oldValues(), estimate.returns()),
        kept,
        experience.responses().limits(),
        Corrections.of(
            settings.offPolicy(), cut, scores.oldLogProbs(), scores.behaviourLogProbs(), kept));
  }

  /** The responses that are trained on, ascending. */
  public int[] keptRows() {
    return IntStream.range(0, kept.length).filter(row -> kept[row]).toArray();
  }

  /** What the critic is trained towards on these. */
  public ValueTargets keptValue() {
    return value.select(keptRows());
  }

  /** The given responses, with the weights that make their losses one mini-batch's. */
  public MiniBatch miniBatch(int[] rows) {
    Ragged tokens = value.actions().tokens();
    Aggregation aggregation = settings.aggregation();
    boolean[] chosen = new boolean[rows.length];
    int[] chosenLimits = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = kept[rows[i]];
      chosenLimits[i] = limits[rows[i]];
    }
    double[] tokenWeights = aggregation.weights(tokens.select(rows), chosen, chosenLimits);
    double[] policyWeights = tokens.gather(corrections.weights(), rows);
    for (int i = 0; i < policyWeights.length; i++) {
      policyWeights[i] *= tokenWeights[i];
    }
    ValueTargets selected = value.select(rows);
    return new MiniBatch(
        settings,
        policy.select(rows),
        selected,
        policyWeights,
        tokenWeights,
        settings.algorithm().usesCritic()
            ? aggregation.weights(selected.actions().segments(), chosen, chosenLimits)
            : new double[0]);
  }

  /**
   * One number an action, looked up for each segment of a cut of the same tokens: that of the
   * action which holds the token that the segment's value is read at.
   */
  public double[] atSegments(Segmentation cut, double[] perAction) {
    return at(
        value.actions().spans().spread(perAction), cut.valuePositions(settings.valueReading()));
  }

  static double[] at(double[] elements, int[] positions) {
    double[] chosen = new double[positions.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = elements[positions[i]];
    }
    return chosen;
  }

  static double mean(double[] elements) {
    double sum = 0;
    for (double element : elements) {
      sum += element;
    }
    return elements.length == 0 ? 0 : sum / elements.length;
  }
}
