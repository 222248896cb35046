package io.sapo.learner.recovery;

import ai.djl.engine.EngineException;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the state of a committed version: the newest usable checkpoint at or before it, then
 * every committed batch since. To be called after fencing, so that no other learner can add to the
 * log.
 */
public final class Recovery {

  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final CommittedVersions committed;
  private final CheckpointStore checkpoints;
  private final Refold refold;
  private final BaseModel base;
  private final AlgorithmSettings settings;
  private final Divergences divergences;
  private final List<Long> damaged = new ArrayList<>();

  /**
   * @param settings of the algorithm that will go on
   */
  public Recovery(
      CommittedVersions committed,
      CheckpointStore checkpoints,
      Refold refold,
      BaseModel base,
      AlgorithmSettings settings,
      Divergences divergences) {
    this.committed = committed;
    this.checkpoints = checkpoints;
    this.refold = refold;
    this.base = base;
    this.settings = settings;
    this.divergences = divergences;
  }

  /** Sees each version that recovery reaches, the checkpoint's first, on recovery's thread. */
  public interface Watcher {
    /**
     * @param state of that version; stays recovery's
     * @param committed the record of that version
     * @param asCommitted whether the state hashes to what the record says; not so after a
     *     divergence that is accepted
     * @return whether to go on
     */
    boolean reached(TrainingState state, WeightVersion committed, boolean asCommitted);

    /** Recovery fails, and closes the state once this has returned. */
    default void failing() {}
  }

  /**
   * As the other method, to the end.
   *
   * @param progress told of each version reached
   */
  public TrainingState restore(long version, LongConsumer progress) {
    return restore(
        version,
        (state, record, asCommitted) -> {
          progress.accept(state.version());
          return true;
        });
  }

  /**
   * @return the state of that version, or of an earlier one where the watcher has ended it; the
   *     caller closes it
   * @throws CheckpointException when no checkpoint can be used, or the reference policy cannot be
   *     read
   * @throws DivergenceException when folding again gives other weights than were committed, and
   *     that is not accepted
   */
  public TrainingState restore(long version, Watcher watcher) {
    TrainingState state = newestCheckpoint(version);
    try {
      boolean goOn = watcher.reached(state, committed.get(state.version()), true);
      while (goOn && state.version() < version) {
        WeightVersion next = committed.get(state.version() + 1);
        boolean asCommitted = fold(state, next);
        goOn = watcher.reached(state, next, asCommitted);
      }
      return state;
    } catch (RuntimeException | Error e) {
      watcher.failing();
      state.close();
      throw e;
    }
  }

  /** Versions whose checkpoint could not be used, ascending. */
  public List<Long> damaged() {
    return List.copyOf(damaged);
  }

  /** Whether that gave what was committed. */
  private boolean fold(TrainingState state, WeightVersion version) {
    try {
      refold.fold(state, version);
      return true;
    } catch (DivergenceException e) {
      divergences.judge(state, e);
      return false;
    }
  }

  private TrainingState newestCheckpoint(long version) {
    List<Long> present = checkpoints.versions();
    CheckpointException newestFailure = null;
    for (int i = present.size() - 1; i >= 0; i--) {
      if (present.get(i) > version || !committed.contains(present.get(i))) {
        continue;
      }
      WeightVersion candidate = committed.get(present.get(i));
      // Of version 0 for all of them: where that cannot be read, it is no fault of this one.
      Weights reference =
          settings.usesReference() ? ReferencePolicy.read(committed, checkpoints, base) : null;
      try {
        return load(candidate, reference);
      } catch (CheckpointException e) {
        log.warn("checkpoint is not used, an older one is tried: {}", e.getMessage());
        // Of the native library, such as of a full GPU: another start may load it.
        if (!(e.getCause() instanceof EngineException)) {
          damaged.add(0, present.get(i));
        }
        if (newestFailure == null) {
          newestFailure = e;
        } else {
          newestFailure.addSuppressed(e);
        }
      }
    }
    throw newestFailure != null
        ? newestFailure
        : new CheckpointException(
            "no checkpoint at or before version %d under %s; restore the data folder"
                .formatted(version, checkpoints.folder(version).getParent()),
            null);
  }

  /**
   * A checkpoint whose tensors hash to what its version was committed with.
   *
   * @param reference taken over, also when this fails; null without one
   */
  private TrainingState load(WeightVersion version, Weights reference) {
    TrainingState state =
        CheckpointFiles.read(
            checkpoints.folder(version.getVersion()),
            base,
            settings.usesCritic(),
            reference,
            version.getKlCoefficient(),
            CommittedVersions.progress(version));
    try {
      Refold.check(state, version);
      return state;
    } catch (DivergenceException e) {
      state.close();
      throw new CheckpointException(
          checkpoints.folder(version.getVersion()) + " is damaged: " + e.difference(), e);
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }
}
