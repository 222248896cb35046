package io.sapo.learner.checkpoint;

import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.training.OptimizerState;
import java.util.List;

/**
 * A training state copied to the heap, so that another thread can write it while training goes on.
 *
 * @param critic null without a critic, like {@code criticOptimizer}
 */
public record Snapshot(
    CheckpointManifest manifest,
    List<NamedTensor> actor,
    OptimizerState actorOptimizer,
    List<NamedTensor> critic,
    OptimizerState criticOptimizer) {

  /** Takes the copy; on the training thread, between two updates. */
  public static Snapshot of(CheckpointManifest manifest, TrainingState state) {
    boolean critic = state.critic() != null;
    return new Snapshot(
        manifest,
        state.actor().weights().toTensors(),
        state.actor().optimizerState(),
        critic ? state.critic().weights().toTensors() : null,
        critic ? state.critic().optimizerState() : null);
  }
}
