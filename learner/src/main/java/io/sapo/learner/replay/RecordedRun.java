package io.sapo.learner.replay;

import ai.djl.Device;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.learner.recovery.Divergences;
import io.sapo.learner.recovery.FoldEnvironment;
import io.sapo.learner.recovery.Recovery;
import io.sapo.learner.recovery.ReferencePolicy;
import io.sapo.learner.recovery.Refold;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.schemas.Environment;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final CheckpointFolder folder;
  private final BaseModel base;
  private final Admission admission;
  private final Environment environment;
  private final Networks networks;
  private final long activationBytes;

  /**
   * The model is that of checkpoint 0, which is never deleted.
   *
   * @param consumer read-committed; stays the caller's
   * @param pictures where pictures by path may lie
   * @param activationBytes of what is folded again, as of {@link Update}
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when checkpoint 0 is not there
   */
  public RecordedRun(
      CommittedVersions committed,
      CheckpointStore checkpoints,
      Consumer<byte[], byte[]> consumer,
      String segmentsTopic,
      Device device,
      PictureFiles pictures,
      long activationBytes) {
    this.committed = committed;
    this.checkpoints = checkpoints;
    this.consumer = consumer;
    this.segmentsTopic = segmentsTopic;
    this.activationBytes = activationBytes;
    NetworkSettings network = config(committed.first().getVersion()).network();
    this.folder = modelFolder(checkpoints.folder(0), network);
    // What was trained on was short enough then, whatever the limit.
    this.admission = Admission.of(folder, network.pictures(pictures), Integer.MAX_VALUE);
    this.base = network.open(folder, device);
    try {
      FoldEnvironment.requireBase(committed.last(), base, folder.path());
      this.environment = FoldEnvironment.measure(base, folder);
      this.networks = Networks.load(base, true);
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** Where the model's weights lie: adapters name the folder of their base. */
  private static CheckpointFolder modelFolder(Path checkpoint, NetworkSettings network) {
    Path actor = CheckpointFiles.actor(checkpoint);
    if (network.adapters() == null) {
      return CheckpointFolder.open(actor);
    }
    String base =
        AdapterFolder.open(actor)
            .baseModel()
            .orElseThrow(
                () ->
                    new InvalidCheckpointException(
                        actor + ": adapter_config.json names no base_model_name_or_path"));
    return CheckpointFolder.open(Path.of(base));
  }

  public CommittedVersions committed() {
    return committed;
  }

  public CheckpointStore checkpoints() {
    return checkpoints;
  }

  /** The folder that the base model was read from. */
  public CheckpointFolder folder() {
    return folder;
  }

  public BaseModel base() {
    return base;
  }

  /** The reference policy; the caller closes it. */
  Weights reference() {
    return ReferencePolicy.read(committed, checkpoints, base);
  }

  /** Of this process. */
  public Environment environment() {
    return environment;
  }

  /** The config a version was made with. */
  public LearnerConfig config(long version) {
    return LearnerConfig.fromJson(committed.get(version).getConfig());
  }

  /** Metrics of a version's update, by name. */
  SortedMap<String, Double> metrics(long version) {
    return new TreeMap<>(committed.whole(version, consumer).getMetrics());
  }

  /** By which a version is folded again, or under another config. */
  public Update update(LearnerConfig config) {
    return new Update(config, networks, System::nanoTime, activationBytes, () -> {});
  }

  RecordedBatches batches(UnaryOperator<byte[]> rewrite) {
    return new RecordedBatches(consumer, segmentsTopic, admission, rewrite);
  }

  Refold refold() {
    return new Refold(batches(UnaryOperator.identity()), this::update, environment);
  }

  /** As {@link Recovery#restore}. */
  public TrainingState restore(long version, LongConsumer progress) {
    AlgorithmSettings settings =
        config(Math.min(version + 1, committed.last().getVersion())).algorithm();
    return new Recovery(
            committed, checkpoints, refold(), base, settings, new Divergences(committed, false))
        .restore(version, progress);
  }

  @Override
  public void close() {
    networks.close();
    base.close();
  }
}
