package io.sapo.learner;

import io.sapo.learner.checkpoint.ActorFiles;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointManifest;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.checkpoint.Snapshot;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.commit.WeightPublisher;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.input.Batch;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Begins a new run with a version of another one. It keeps the version's number, because random
 * numbers and the learning rate of later updates depend on it, and the reference policy; its
 * topics, data folder and positions are its own. Its first commit record names the version it comes
 * from and the hash of that version's record.
 *
 * <p>An interrupted fork can be begun again; one that has a version is not touched.
 */
public final class Fork {

  private final RecordedRun parent;
  private final String parentPrefix;
  private final LearnerOptions options;
  private final LearnerClients clients;
  private final CheckpointStore checkpoints;
  private final Clock clock;

  /**
   * @param parentPrefix of the parent's topics
   * @param options of the new run: its topics, data folder, run id and published type are looked at
   */
  public Fork(RecordedRun parent, String parentPrefix, LearnerOptions options, Clock clock) {
    this.parent = parent;
    this.parentPrefix = parentPrefix;
    this.options = options;
    this.clients = new LearnerClients(options.kafka());
    this.checkpoints =
        new CheckpointStore(
            options.checkpoints().dataFolder(),
            options.checkpoints().keep(),
            options.checkpoints().keepFor(),
            options.start().faults());
    this.clock = clock;
  }

  /**
   * @param version committed by the parent
   * @param progress told of each version reached on the way to it
   * @return the new run's first commit record
   * @throws IllegalStateException when the new run has versions already
   * @throws io.sapo.learner.recovery.DivergenceException when the version cannot be reached
   */
  public WeightVersion begin(long version, LongConsumer progress) {
    try (CommitLog commits =
        new CommitLog(
            clients.transactional(options.groupId()),
            options.groupId(),
            options.topics(),
            options.groupId(),
            options.start().faults())) {
      commits.fence();
      checkUnused();
      checkpoints.sweep(-1);
      try (TrainingState state = parent.restore(version, progress)) {
        state.startAnew();
        return commit(commits, state);
      }
    }
  }

  private void checkUnused() {
    try (Consumer<byte[], byte[]> reader =
        clients.committedReader(options.heartbeats().instance() + "-weights")) {
      CommittedVersions committed = CommittedVersions.read(reader, options.topics());
      if (!committed.isEmpty()) {
        throw new IllegalStateException(
            "topic %s holds versions up to %d of run %s already; choose another name for the fork"
                .formatted(
                    options.topics().weights().name(),
                    committed.last().getVersion(),
                    committed.last().getRunId()));
      }
    }
  }

  private WeightVersion commit(CommitLog commits, TrainingState state) {
    CommittedVersions committed = parent.committed();
    long version = state.version();
    // The reference policy comes along as the parent's first version has it.
    LearnerConfig config =
        parent.config(version).byFormulasOf(parent.config(committed.first().getVersion()));
    StateHashes hashes = state.hashes();
    saveReference(config);
    checkpoints.write(
        Snapshot.of(manifest(version, state.klCoefficient(), config, hashes), state),
        ActorFiles.of(parent.base(), model()));
    try (WeightPublisher publisher = new WeightPublisher(options.published().type(), 1)) {
      Committer committer =
          new Committer(
              config,
              commits,
              checkpoints,
              publisher,
              options.newRun().id(),
              parent.environment(),
              clock,
              committed.sha256(version));
      committer.forkedFrom(
          new ForkOrigin(
              committed.get(version).getRunId(),
              parentPrefix,
              version,
              committed.referenceSha256()));
      return committer.commit(
          state, hashes, Batch.NONE, new TreeMap<>(), List.of(), Optional.empty(), version);
    }
  }

  /** Checkpoint 0 comes along whatever the version: it is the reference policy. */
  private void saveReference(LearnerConfig config) {
    CommittedVersions committed = parent.committed();
    CheckpointManifest manifest =
        manifest(0, 0, config, new StateHashes(committed.referenceSha256(), null, null));
    checkpoints.adoptReference(parent.checkpoints().folder(0), manifest);
    try (var copy = CheckpointFiles.readActor(checkpoints.folder(0), parent.base())) {
      if (!copy.sha256().equals(committed.referenceSha256())) {
        throw new CheckpointException(
            "%s: the reference policy hashes to %s, committed as %s"
                .formatted(
                    parent.checkpoints().folder(0), copy.sha256(), committed.referenceSha256()),
            null);
      }
    }
  }

  private CheckpointManifest manifest(
      long version, double klCoefficient, LearnerConfig config, StateHashes hashes) {
    return new CheckpointManifest(
        options.newRun().id(), version, klCoefficient, config.digest(), hashes);
  }

  private CheckpointFolder model() {
    return parent.folder();
  }
}
