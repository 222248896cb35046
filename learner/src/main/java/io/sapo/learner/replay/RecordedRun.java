package io.sapo.learner.replay;

import ai.djl.Device;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.learner.recovery.Divergences;
import io.sapo.learner.recovery.Recovery;
import io.sapo.learner.recovery.Refold;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * A run as it was recorded: its commit records, its checkpoints and the batches on the log. Owns
 * the networks; for one thread.
 */
public final class RecordedRun implements AutoCloseable {

  private final CommittedVersions committed;
  private final CheckpointStore checkpoints;
  private final Consumer<byte[], byte[]> consumer;
  private final String segmentsTopic;
  private final Device device;
  private final ModelConfig model;
  private final Admission admission;
  private final Networks networks;

  /**
   * The model is that of checkpoint 0, which is never deleted.
   *
   * @param consumer read-committed; stays the caller's
   * @param pictures where pictures by path may lie
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when checkpoint 0 is not there
   */
  public RecordedRun(
      CommittedVersions committed,
      CheckpointStore checkpoints,
      Consumer<byte[], byte[]> consumer,
      String segmentsTopic,
      Device device,
      PictureFiles pictures) {
    this.committed = committed;
    this.checkpoints = checkpoints;
    this.consumer = consumer;
    this.segmentsTopic = segmentsTopic;
    this.device = device;
    CheckpointFolder folder = CheckpointFolder.open(CheckpointFiles.actor(checkpoints.folder(0)));
    this.model = folder.config();
    // What was trained on was short enough then, whatever the limit.
    this.admission = Admission.of(folder, pictures, Integer.MAX_VALUE);
    this.networks = Networks.load(model, device, true);
  }

  public CommittedVersions committed() {
    return committed;
  }

  public CheckpointStore checkpoints() {
    return checkpoints;
  }

  public ModelConfig model() {
    return model;
  }

  public Device device() {
    return device;
  }

  Networks networks() {
    return networks;
  }

  /** The config a version was made with. */
  public LearnerConfig config(long version) {
    return LearnerConfig.fromJson(committed.get(version).getConfig());
  }

  RecordedBatches batches(UnaryOperator<byte[]> rewrite) {
    return new RecordedBatches(consumer, segmentsTopic, admission, rewrite);
  }

  Refold refold() {
    return new Refold(batches(UnaryOperator.identity()), networks, System::nanoTime);
  }

  /** As {@link Recovery#restore}. */
  public TrainingState restore(long version, LongConsumer progress) {
    AlgorithmSettings settings =
        config(Math.min(version + 1, committed.last().getVersion())).algorithm();
    return new Recovery(
            committed,
            checkpoints,
            refold(),
            model,
            device,
            settings,
            new Divergences(committed, false))
        .restore(version, progress);
  }

  @Override
  public void close() {
    networks.close();
  }
}
