package io.sapo.learner.checkpoint;

import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.training.OptimizerState;
import java.util.Collection;

/**
 * What a checkpoint holds of a training state: the state's own tensors, not copies. They are
 * constant between two optimizer steps, so writing has to end before the next one (see {@link
 * CheckpointWriter#settle}).
 *
 * @param critic null without a critic, like {@code criticOptimizer}
 */
public record Snapshot(
    CheckpointManifest manifest,
    Collection<? extends TensorData> actor,
    OptimizerState actorOptimizer,
    Collection<? extends TensorData> critic,
    OptimizerState criticOptimizer) {

  public static Snapshot of(CheckpointManifest manifest, TrainingState state) {
    boolean critic = state.critic() != null;
    return new Snapshot(
        manifest,
        state.actor().weights().tensors(),
        state.actor().optimizerState(),
        critic ? state.critic().weights().tensors() : null,
        critic ? state.critic().optimizerState() : null);
  }
}
