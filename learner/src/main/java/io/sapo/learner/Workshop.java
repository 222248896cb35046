package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.input.Admission;
import io.sapo.policy.checkpoint.CheckpointFolder;

/**
 * What folding needs besides state and log: the model's description, its networks, the admission of
 * records, the checkpoints. The same for training, recovery and replay.
 */
public record Workshop(
    CheckpointFolder model, Networks networks, Admission admission, CheckpointStore checkpoints)
    implements AutoCloseable {

  public static Workshop open(LearnerConfig config, LearnerOptions options) {
    CheckpointFolder model = CheckpointFolder.open(options.initialModel());
    Admission admission = Admission.of(model, options.pictures(), config.maxSequenceTokens());
    CheckpointStore checkpoints =
        new CheckpointStore(
            options.dataFolder(),
            options.keepCheckpoints(),
            options.keepCheckpointsFor(),
            options.faults());
    Networks networks =
        Networks.load(model.config(), options.device(), config.algorithm().usesCritic());
    return new Workshop(model, networks, admission, checkpoints);
  }

  @Override
  public void close() {
    networks.close();
  }
}
