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
 * @param tailValues one an example, behind its last token where that is read; null without a critic
 */
record BatchScores(
    double[] logProbs,
    double[] entropies,
    double[] refLogProbs,
    double[] values,
    double[] tailValues) {

  /**
   * @param passes holds those of the networks that are trained, and counts all
   * @param oneStep whether the update's only step differentiates the passes made here
   * @param policyTrains whether that step is the actor's too
   */
  static BatchScores of(
      Networks networks,
      TrainingState state,
      TokenAxis axis,
      List<int[]> microBatches,
      Passes passes,
      boolean oneStep,
      boolean policyTrains) {
    int tokens = axis.trained().size();
    double[] logProbs = new double[tokens];
    double[] entropies = new double[tokens];
    double[] refLogProbs = state.reference() == null ? null : new double[tokens];
    double[] values = state.critic() == null ? null : new double[tokens];
    double[] tailValues = state.critic() == null ? null : new double[axis.examples().size()];
    for (int[] rows : microBatches) {
      TokenAxis micro = axis.select(rows);
      TokenScores scores =
          oneStep && policyTrains
              ? scores(passes.hold(state.actor(), micro))
              : actor(networks, state, micro, passes.count());
      axis.place(rows, micro.flatten(scores.logProbs(), "log-probability"), logProbs);
      axis.place(rows, micro.flatten(scores.entropies(), "entropy"), entropies);
      if (refLogProbs != null) {
        passes.count().reference(micro);
        float[][] reference = score(networks.policy(), state.reference(), micro).logProbs();
        axis.place(rows, micro.flatten(reference, "reference log-probability"), refLogProbs);
      }
      if (values != null) {
        float[][] found =
            oneStep
                ? passes.holdValues(state.critic(), micro).values()
                : critic(networks, state, micro, passes.count());
        axis.place(rows, micro.flatten(found, "value"), values);
        micro.placeTails(rows, found, tailValues);
      }
    }
    return new BatchScores(logProbs, entropies, refLogProbs, values, tailValues);
  }

  private static TokenScores actor(
      Networks networks, TrainingState state, TokenAxis micro, PassCount count) {
    count.actor(micro);
    return score(networks.policy(), state.actor().weights(), micro);
  }

  private static float[][] critic(
      Networks networks, TrainingState state, TokenAxis micro, PassCount count) {
    count.critic(micro);
    return networks.value().values(state.critic().weights(), micro.valued());
  }

  private static TokenScores scores(PolicyForward forward) {
    return new TokenScores(forward.logProbs(), forward.entropies());
  }

  private static TokenScores score(Network network, Weights weights, TokenAxis micro) {
    return network.score(weights, micro.sequences(), micro.temperature());
  }
}
