package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.input.Admission;
import io.sapo.learner.recovery.FoldEnvironment;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.schemas.Environment;

/**
 * What computing updates needs besides state and log: the model and its networks, the admission of
 * records, the checkpoints. Shared by training, recovery and replay.
 */
public record FoldResources(
    CheckpointFolder model,
    BaseModel base,
    Networks networks,
    Admission admission,
    CheckpointStore checkpoints,
    Environment environment)
    implements AutoCloseable {

  /**
   * @param base stays the caller's
   */
  public static FoldResources open(LearnerConfig config, LearnerOptions options, BaseModel base) {
    CheckpointFolder model = CheckpointFolder.open(options.newRun().model().checkpoint());
    Admission admission =
        Admission.of(
            model,
            config.network().pictures(options.pictures()),
            config.batch().maxSequenceTokens());
    CheckpointStore checkpoints =
        new CheckpointStore(
            options.checkpoints().dataFolder(),
            options.checkpoints().keep(),
            options.checkpoints().keepFor(),
            options.start().faults());
    Networks networks = Networks.load(base, config.algorithm().usesCritic());
    Environment environment = FoldEnvironment.measure(base, model);
    return new FoldResources(model, base, networks, admission, checkpoints, environment);
  }

  /** What was trained on was short enough then, whatever the limit is now. */
  public Admission refoldAdmission() {
    return admission.withMaxSequenceTokens(Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    networks.close();
  }
}
