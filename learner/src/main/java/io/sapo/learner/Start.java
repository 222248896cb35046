package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.recovery.Divergences;
import io.sapo.schemas.Divergence;
import io.sapo.schemas.WeightVersion;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What training goes on from; all else that was committed is let go of.
 *
 * @param state the caller's to close
 * @param newest version committed
 * @param sha256 of the newest commit record; null where there is none
 * @param accepted what recovery folded otherwise than it was committed
 */
record Start(
    TrainingState state,
    String runId,
    long newest,
    String sha256,
    List<Long> anchorOffsets,
    List<Divergence> accepted) {

  private static final Logger log = LoggerFactory.getLogger(Start.class);

  /**
   * Begins a run, or recovers what is committed, which is final once other learners are fenced.
   *
   * @param commits by which they were; told what is committed
   * @param stopping asked after each version that is folded again
   */
  static Start of(
      StateLoader loader,
      CommitLog commits,
      LearnerOptions options,
      LearnerStatus status,
      BooleanSupplier stopping) {
    CommittedVersions committed = loader.committed();
    commits.beginAt(committed.isEmpty() ? null : committed.sha256());
    if (committed.isEmpty()) {
      TrainingState state = loader.fresh();
      return new Start(state, options.newRun().id(), state.version(), null, List.of(), List.of());
    }
    Divergences divergences = new Divergences(committed, options.start().acceptDivergence());
    try {
      return new Start(
          recovered(loader, committed, divergences, status, stopping),
          committed.last().getRunId(),
          committed.last().getVersion(),
          committed.sha256(),
          committed.anchorOffsets(),
          divergences.accepted());
    } catch (CheckpointException e) {
      if (e.isUnwritten()) {
        // Who has taken over sweeps what this one was writing.
        commits.checkStanding(CommittedVersions.progress(committed.last()).positions());
      }
      throw e;
    }
  }

  private static TrainingState recovered(
      StateLoader loader,
      CommittedVersions committed,
      Divergences divergences,
      LearnerStatus status,
      BooleanSupplier stopping) {
    WeightVersion last = committed.last();
    log.info("recovering version {} of run {}", last.getVersion(), last.getRunId());
    TrainingState state =
        loader.recovered(
            committed,
            divergences,
            stopping,
            reached -> {
              log.info("recovery has reached version {} of {}", reached, last.getVersion());
              status.recovered(reached, last.getVersion());
            });
    if (state.version() == last.getVersion()) {
      status.committed(last);
    } else {
      log.info("recovery was stopped at version {} of {}", state.version(), last.getVersion());
    }
    return state;
  }

  /** Whether the state is of the newest version; not where recovery was asked to stop before. */
  boolean isComplete() {
    return state.version() == newest;
  }
}
