package io.sapo.learner;

import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.checkpoint.ActorFiles;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.learner.recovery.Divergences;
import io.sapo.learner.recovery.FoldEnvironment;
import io.sapo.learner.recovery.Recovery;
import io.sapo.learner.recovery.Refold;
import io.sapo.policy.adapter.InitialCritic;
import io.sapo.policy.adapter.InitialWeights;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.network.Weights;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Loads the training state that a learner starts from: the initial model of a new run, or the last
 * committed version of one that is resumed.
 */
final class StateLoader {

  private final LearnerConfig config;
  private final LearnerOptions options;
  private final LearnerClients clients;
  private final FoldResources resources;
  private final LongSupplier nanoTime;
  private long checkpointVersion = -1;

  /**
   * @param nanoTime read by whatever is folded again, and by whatever waits
   */
  StateLoader(
      LearnerConfig config,
      LearnerOptions options,
      LearnerClients clients,
      FoldResources resources,
      LongSupplier nanoTime) {
    this.config = config;
    this.options = options;
    this.clients = clients;
    this.resources = resources;
    this.nanoTime = nanoTime;
  }

  /** What is committed; final once other learners are fenced. */
  CommittedVersions committed() {
    try (Consumer<byte[], byte[]> reader =
        clients.rangeReader(options.heartbeats().instance() + "-weights")) {
      return CommittedVersions.read(reader, options.topics());
    }
  }

  /**
   * Finds what would keep this learner from going on, before it ends another one by fencing it.
   *
   * @throws CheckpointException when the data folder is not the run's, or holds no checkpoint
   * @throws IllegalArgumentException when the run was trained with another kind of state
   */
  void validate(CommittedVersions committed) {
    if (committed.isEmpty()) {
      checkNoneCommitted();
      return;
    }
    WeightVersion last = committed.last();
    LearnerConfig before = LearnerConfig.fromJson(last.getConfig());
    checkContinues(before.algorithm());
    checkComputesAlike(before.network());
    checkSameRun(last);
    checkSegmentsReach(last);
    checkSameCritic(committed.first());
    if (resources.checkpoints().versions().stream().noneMatch(committed::contains)) {
      throw new CheckpointException(
          "%s holds no checkpoint of run %s, which has come to version %d: choose the data folder of that run, or restore it"
              .formatted(options.checkpoints().dataFolder(), last.getRunId(), last.getVersion()),
          null);
    }
  }

  /** Version 0 of a new run; the caller closes it. */
  TrainingState fresh() {
    checkNoneCommitted();
    resources.checkpoints().sweep(-1);
    Weights critic = initialCritic();
    try {
      Weights weights =
          InitialWeights.of(
              resources.base(),
              resources.model(),
              options.newRun().model().adapter().orElse(null),
              config.seed());
      Weights taken = critic;
      critic = null;
      return TrainingState.initial(weights, taken, config.algorithm());
    } finally {
      if (critic != null) {
        critic.close();
      }
    }
  }

  /** Null where it begins as the actor, or where there is none. */
  private Weights initialCritic() {
    return options
        .newRun()
        .model()
        .critic()
        .filter(folder -> config.algorithm().usesCritic())
        .map(folder -> InitialCritic.read(resources.base(), folder))
        .orElse(null);
  }

  /**
   * A run that has begun needs the folder of its critic no more: checkpoint 0 holds it. Where one
   * is named all the same, it has to be what version 0 was committed with.
   */
  private void checkSameCritic(WeightVersion first) {
    if (first.getVersion() > 0) {
      return;
    }
    try (Weights critic = initialCritic()) {
      if (critic != null && !critic.sha256().equals(first.getCriticSha256())) {
        throw new CheckpointException(
            "run %s began with a critic that hashes to %s, but that of %s hashes to %s: name the folder that it began with, or none, since checkpoint 0 holds that critic"
                .formatted(
                    first.getRunId(),
                    first.getCriticSha256(),
                    options.newRun().model().critic().orElseThrow(),
                    critic.sha256()),
            null);
      }
    } catch (InvalidCheckpointException e) {
      throw new CheckpointException(
          "the critic that run %s is said to have begun with cannot be compared: %s"
              .formatted(first.getRunId(), e.getMessage()),
          e);
    }
  }

  private void checkNoneCommitted() {
    List<Long> present = resources.checkpoints().versions();
    if (!present.isEmpty() && present.get(present.size() - 1) > 0) {
      throw new CheckpointException(
          "%s holds checkpoints up to version %d, but topic %s holds no version: choose the broker and topic prefix of that run, or another data folder"
              .formatted(
                  options.checkpoints().dataFolder(),
                  present.get(present.size() - 1),
                  options.topics().weights().name()),
          null);
    }
  }

  /**
   * The state of the last committed version, or of an earlier one where it was asked to stop on the
   * way; the caller closes it. What was folded again is not lost with this process: there are
   * checkpoints on the way, and one where it stops.
   *
   * @param divergences decides on, and collects, what comes out otherwise than committed
   * @param stopping asked after each version
   * @param progress told of each version reached
   */
  TrainingState recovered(
      CommittedVersions committed,
      Divergences divergences,
      BooleanSupplier stopping,
      LongConsumer progress) {
    WeightVersion last = committed.last();
    checkContinues(LearnerConfig.fromJson(last.getConfig()).algorithm());
    checkSameRun(last);
    checkNothingLost(last);
    FoldEnvironment.requireBase(last, resources.base(), resources.model().path());
    resources.checkpoints().sweep(last.getVersion());
    try (Consumer<byte[], byte[]> reader =
            clients.rangeReader(options.heartbeats().instance() + "-recovery");
        CheckpointWriter writer =
            new CheckpointWriter(
                resources.checkpoints(),
                ActorFiles.of(resources.base(), resources.model()),
                checkpointVersion,
                nanoTime::getAsLong)) {
      Refold refold =
          new Refold(
              new RecordedBatches(
                  reader, options.topics().segments().name(), resources.refoldAdmission()),
              of -> update(of, writer::settle),
              resources.environment());
      Recovery recovery =
          new Recovery(
              committed,
              resources.checkpoints(),
              refold,
              resources.base(),
              config.algorithm(),
              divergences);
      RecoveryCheckpoints saved =
          new RecoveryCheckpoints(
              writer,
              options.checkpoints().every(),
              nanoTime,
              stopping,
              reached -> {
                if (checkpointVersion < 0) {
                  checkpointVersion = reached;
                  // Before others are written: those kept are counted then.
                  recovery.damaged().forEach(resources.checkpoints()::setAside);
                }
                progress.accept(reached);
              });
      TrainingState recovered = recovery.restore(last.getVersion(), saved);
      try {
        checkpointVersion = saved.finish();
        return recovered;
      } catch (RuntimeException | Error e) {
        saved.failing();
        recovered.close();
        throw e;
      }
    }
  }

  /** By which a version is folded again. */
  Update update(LearnerConfig of, Runnable beforeStep) {
    return new Update(of, resources.networks(), nanoTime, options.activationBytes(), beforeStep);
  }

  /** The newest checkpoint, known to be sound; -1 when there was none to recover from. */
  long checkpointVersion() {
    return checkpointVersion;
  }

  /** Positions are committed with the record, in another topic: they cannot be ahead of it. */
  private void checkNothingLost(WeightVersion last) {
    SortedMap<Integer, Long> recorded = CommittedVersions.progress(last).positions();
    clients
        .positions(options.groupId(), options.topics().segments().name())
        .forEach(
            (partition, next) -> {
              if (next > recorded.getOrDefault(partition, 0L)) {
                throw new IllegalStateException(
                    "topic %s ends with version %d, which has consumed partition %d of %s up to offset %d, but %d is committed: the broker has lost the end of that topic, or the offsets of group %s were set by hand. Restore it, set them back, or fork the run from version %d"
                        .formatted(
                            options.topics().weights().name(),
                            last.getVersion(),
                            partition,
                            options.topics().segments().name(),
                            recorded.getOrDefault(partition, 0L),
                            next,
                            options.groupId(),
                            last.getVersion()));
              }
            });
  }

  /** Else records that arrive where others were consumed would be passed over. */
  private void checkSegmentsReach(WeightVersion last) {
    String topic = options.topics().segments().name();
    SortedMap<Integer, Long> ends = clients.ends(topic);
    CommittedVersions.progress(last)
        .positions()
        .forEach(
            (partition, next) -> {
              long end = ends.getOrDefault(partition, 0L);
              if (end < next) {
                throw new IllegalStateException(
                    "version %d has consumed partition %d of %s up to offset %d, but that topic ends at offset %d: it was truncated, or deleted and made anew. Restore it, or fork the run from version %d"
                        .formatted(
                            last.getVersion(), partition, topic, next, end, last.getVersion()));
              }
            });
  }

  private void checkSameRun(WeightVersion last) {
    CheckpointStore checkpoints = resources.checkpoints();
    for (long version : checkpoints.versions()) {
      Optional<String> runId = checkpoints.runId(version);
      if (runId.isPresent() && !runId.get().equals(last.getRunId())) {
        throw new CheckpointException(
            "%s belongs to run %s, but topic %s to run %s: choose the data folder of that run"
                .formatted(
                    checkpoints.folder(version),
                    runId.get(),
                    options.topics().weights().name(),
                    last.getRunId()),
            null);
      }
    }
  }

  /** All versions of a run are computed in one way: they are replayed so. */
  private void checkComputesAlike(NetworkSettings before) {
    NetworkSettings now = config.network();
    List<String> changed = new ArrayList<>();
    if (before.compute() != now.compute()) {
      changed.add("model.precision was %s, is %s".formatted(before.compute(), now.compute()));
    }
    if (before.maxPixels() != now.maxPixels()) {
      changed.add("model.max-pixels was %d, is %d".formatted(before.maxPixels(), now.maxPixels()));
    }
    if (!changed.isEmpty()) {
      throw new IllegalArgumentException(
          "the run was trained otherwise (%s): set it back, or choose another topic prefix and data folder"
              .formatted(String.join(", ", changed).toLowerCase(Locale.ROOT)));
    }
  }

  private void checkContinues(AlgorithmSettings before) {
    AlgorithmSettings now = config.algorithm();
    if (before.usesCritic() != now.usesCritic() || before.usesReference() != now.usesReference()) {
      throw new IllegalArgumentException(
          "the run was trained with %s (%s critic, %s reference policy); %s needs another state: choose another topic prefix and data folder for it"
              .formatted(
                  before.algorithm().configName(),
                  before.usesCritic() ? "a" : "no",
                  before.usesReference() ? "a" : "no",
                  now.algorithm().configName()));
    }
  }
}
