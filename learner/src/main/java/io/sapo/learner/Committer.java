package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.ChunkRetention;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.WeightPublisher;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Progress;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.input.Batch;
import io.sapo.schemas.Credit;
import io.sapo.schemas.Divergence;
import io.sapo.schemas.Environment;
import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns a training state into a committed version, whose record names the hash of the one before.
 * For the training thread.
 */
final class Committer {

  private final LearnerConfig config;
  private final String canonicalConfig;
  private final CommitLog commits;
  private final CheckpointStore checkpoints;
  private final WeightPublisher publisher;
  private final String runId;
  private final Environment environment;
  private final Clock clock;
  private ChunkRetention retention;
  private String parentSha256;
  private ForkOrigin origin;
  private List<Divergence> divergences = List.of();

  /**
   * @param environment of this process
   * @param parentSha256 of the newest commit record; null for a run that has none
   */
  Committer(
      LearnerConfig config,
      CommitLog commits,
      CheckpointStore checkpoints,
      WeightPublisher publisher,
      String runId,
      Environment environment,
      Clock clock,
      String parentSha256) {
    this.config = config;
    this.canonicalConfig = config.canonicalJson();
    this.commits = commits;
    this.checkpoints = checkpoints;
    this.publisher = publisher;
    this.runId = runId;
    this.environment = environment;
    this.clock = clock;
    this.parentSha256 = parentSha256;
  }

  /** From here on old weights are deleted. */
  void keep(ChunkRetention by) {
    retention = by;
  }

  /** The next version is the first of a fork. */
  void forkedFrom(ForkOrigin from) {
    origin = from;
  }

  /** The next version is made from a state that recovery reached by these. */
  void accepted(List<Divergence> accepted) {
    divergences = accepted;
  }

  /**
   * Finds out whether another learner has taken over, and commits nothing.
   *
   * @throws io.sapo.learner.commit.FencedException when it has
   */
  void checkStanding(TrainingState state) {
    commits.checkStanding(state.progress().positions());
  }

  /**
   * As {@link CommitLog#keepAlive}; to be called again and again while there is nothing to commit.
   */
  void keepAlive(TrainingState state) {
    commits.keepAlive(state.progress().positions());
  }

  /**
   * Whether the state is what its commit record says. Not so after an accepted divergence, until
   * the next version is committed: a checkpoint of it would be taken for a damaged one.
   */
  boolean stateIsAsCommitted() {
    return divergences.isEmpty();
  }

  /**
   * @param batch what the version was made from; empty for version 0
   * @param credits of the trajectories trained on
   * @param leftOut why the update, or the rest of it, was skipped
   * @param checkpointVersion newest checkpoint on disk; -1 for none
   * @return the record once it is committed
   */
  WeightVersion commit(
      TrainingState state,
      StateHashes hashes,
      Batch batch,
      SortedMap<String, Double> metrics,
      List<Credit> credits,
      Optional<String> leftOut,
      long checkpointVersion) {
    Progress progress = state.progress();
    publisher.stage(progress.version(), state.actor().weights());
    WeightVersion.Builder record =
        WeightVersion.newBuilder()
            .setVersion(progress.version())
            .setParent(progress.version() - 1)
            .setRunId(runId)
            .setInputs(batch.ranges())
            .setOutcomes(batch.outcomes())
            .setLeftOut(leftOut.orElse(null))
            .setTrajectoryPositions(asText(progress.trajectoryPositions()))
            .setConsumedTotal(progress.consumedTotal())
            .setTrainedTotal(progress.trainedTotal())
            .setActorSha256(hashes.actor())
            .setCriticSha256(hashes.critic())
            .setOptimizerSha256(hashes.optimizer())
            .setKlCoefficient(state.klCoefficient())
            .setConfigDigest(config.digest())
            .setConfig(canonicalConfig)
            .setElementType(publisher.type())
            .setAnchor(publisher.anchor())
            .setAnchorVersion(publisher.anchorVersion())
            .setCheckpoint(
                checkpointVersion < 0 ? null : checkpoints.relativeFolder(checkpointVersion))
            .setCheckpointVersion(checkpointVersion)
            .setMetrics(metrics)
            .setParentSha256(parentSha256)
            .setOrigin(origin)
            .setDivergences(divergences)
            .setEnvironment(environment);
    CommitLog.Committed committed =
        commits.commit(
            publisher::chunks,
            (firstChunkOffset, chunkCount) ->
                record
                    .setCommittedAtMs(clock.millis())
                    .setFirstChunkOffset(firstChunkOffset)
                    .setChunkCount(chunkCount)
                    .build(),
            credits,
            progress.positions());
    publisher.committed();
    parentSha256 = committed.sha256();
    origin = null;
    divergences = List.of();
    if (retention != null) {
      retention.committed(committed.version(), publisher.wholeBytes());
    }
    return committed.version();
  }

  private static Map<String, Long> asText(SortedMap<Integer, Long> positions) {
    Map<String, Long> text = new TreeMap<>();
    positions.forEach((partition, next) -> text.put(Integer.toString(partition), next));
    return text;
  }
}
