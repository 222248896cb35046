package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.input.Admission;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.picture.PictureConfig;
import io.sapo.policy.picture.PicturePreprocessor;

/**
 * What folding needs besides state and log: the model's description, its networks, the admission of
 * records, the checkpoints. The same for training, recovery and replay.
 */
public record Workshop(
    CheckpointFolder model, Networks networks, Admission admission, CheckpointStore checkpoints)
    implements AutoCloseable {

  public static Workshop open(LearnerConfig config, LearnerOptions options) {
    CheckpointFolder model = CheckpointFolder.open(options.initialModel());
    PicturePreprocessor preprocessor =
        model.config().multimodal()
            ? new PicturePreprocessor(PictureConfig.read(model.preprocessor()))
            : null;
    Admission admission = new Admission(model.config(), preprocessor, config.maxSequenceTokens());
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
