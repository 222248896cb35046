package io.sapo.learner.fold;

import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenScores;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.PolicyForward;
import java.util.List;

/**
 * What the networks say about a batch at the start of an update, flat by trained token.
 *
 * @param logProbs log π_old
 * @param entropies of π_old
 * @param refLogProbs null without a reference
 * @param values null without a critic
 */
record BatchScores(double[] logProbs, double[] entropies, double[] refLogProbs, double[] values) {

  /**
   * @param hold holds the passes of the networks that are trained for the update's only step; null
   *     where it takes several
   * @param policyTrains whether that step is the actor's too
   */
  static BatchScores of(
      Networks networks,
      TrainingState state,
      TokenAxis axis,
      List<int[]> microBatches,
      Passes hold,
      boolean policyTrains) {
    int tokens = axis.trained().size();
    double[] logProbs = new double[tokens];
    double[] entropies = new double[tokens];
    double[] refLogProbs = state.reference() == null ? null : new double[tokens];
    double[] values = state.critic() == null ? null : new double[tokens];
    for (int[] rows : microBatches) {
      TokenAxis micro = axis.select(rows);
      TokenScores scores =
          hold != null && policyTrains
              ? scores(hold.hold(state.actor(), micro))
              : score(networks.policy(), state.actor().weights(), micro);
      axis.place(rows, micro.flatten(scores.logProbs(), "log-probability"), logProbs);
      axis.place(rows, micro.flatten(scores.entropies(), "entropy"), entropies);
      if (refLogProbs != null) {
        float[][] reference = score(networks.policy(), state.reference(), micro).logProbs();
        axis.place(rows, micro.flatten(reference, "reference log-probability"), refLogProbs);
      }
      if (values != null) {
        float[][] found =
            hold != null
                ? hold.holdValues(state.critic(), micro).values()
                : networks.value().values(state.critic().weights(), micro.sequences());
        axis.place(rows, micro.flatten(found, "value"), values);
      }
    }
    return new BatchScores(logProbs, entropies, refLogProbs, values);
  }

  private static TokenScores scores(PolicyForward forward) {
    return new TokenScores(forward.logProbs(), forward.entropies());
  }

  private static TokenScores score(Network network, Weights weights, TokenAxis micro) {
    return network.score(weights, micro.sequences(), micro.temperature());
  }
}
