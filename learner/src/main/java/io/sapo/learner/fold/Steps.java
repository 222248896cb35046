package io.sapo.learner.fold;

import io.sapo.learner.algorithm.MiniBatch;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import io.sapo.policy.training.ValueForward;
import java.util.List;

/**
 * One optimizer step of each network on one mini-batch: micro-batch by micro-batch forward, loss
 * and gradient in Java, backward; then clip and AdamW.
 */
final class Steps {

  private Steps() {}

  /**
   * Sums over a mini-batch's tokens.
   *
   * @param kl Σ log π_old − log π_θ
   * @param logProbs log π_θ as the step saw it, one a token of the mini-batch
   */
  record PolicyOutcome(
      double loss,
      double klLoss,
      long tokens,
      long clipped,
      long clippedLower,
      double kl,
      double gradNorm,
      double[] logProbs) {}

  /** Sums over a mini-batch's actions. */
  record ValueOutcome(double loss, long actions, long clipped, double gradNorm) {}

  /**
   * @param axis rows of the mini-batch
   * @param microBatches groups of rows of the mini-batch
   * @param update number of the network's update, for its learning rate
   * @param passes gives the forward pass of each, possibly made before
   */
  static PolicyOutcome policy(
      TrainableModel actor,
      TokenAxis axis,
      MiniBatch batch,
      List<int[]> microBatches,
      OptimizerSettings optimizer,
      long update,
      Passes passes) {
    double[] logProbs = new double[axis.trained().size()];
    double loss = 0;
    double klLoss = 0;
    double kl = 0;
    long tokens = 0;
    long clipped = 0;
    long clippedLower = 0;
    for (int[] rows : microBatches) {
      TokenAxis micro = axis.select(rows);
      try (PolicyForward forward = passes.policy(actor, micro)) {
        double[] found = micro.flatten(forward.logProbs(), "log-probability");
        axis.place(rows, found, logProbs);
        MiniBatch.PolicyTerm term =
            batch.select(rows).policyLoss(found, micro.flatten(forward.entropies(), "entropy"));
        forward.backward(
            micro.scatter(term.gradient()),
            term.entropyGradient() == null ? null : micro.scatter(term.entropyGradient()));
        loss += term.loss();
        klLoss += term.klLoss();
        kl += term.policy().kl();
        tokens += term.policy().tokens();
        clipped += term.policy().clipped();
        clippedLower += term.policy().clippedLower();
      }
    }
    passes.beforeStep();
    double norm =
        actor.step(optimizer.learningRate(update), optimizer.adam(), optimizer.maxGradNorm());
    return new PolicyOutcome(loss, klLoss, tokens, clipped, clippedLower, kl, norm, logProbs);
  }

  /** As {@link #policy}. */
  static ValueOutcome value(
      TrainableModel critic,
      TokenAxis axis,
      MiniBatch batch,
      List<int[]> microBatches,
      OptimizerSettings optimizer,
      long update,
      Passes passes) {
    double loss = 0;
    long actions = 0;
    long clipped = 0;
    for (int[] rows : microBatches) {
      TokenAxis micro = axis.select(rows);
      try (ValueForward forward = passes.value(critic, micro)) {
        MiniBatch.ValueTerm term =
            batch.select(rows).valueLoss(micro.flatten(forward.values(), "value"));
        forward.backward(micro.scatterValued(term.gradient()));
        loss += term.loss();
        actions += term.actions();
        clipped += term.clipped();
      }
    }
    passes.beforeStep();
    double norm =
        critic.step(optimizer.learningRate(update), optimizer.adam(), optimizer.maxGradNorm());
    return new ValueOutcome(loss, actions, clipped, norm);
  }
}
