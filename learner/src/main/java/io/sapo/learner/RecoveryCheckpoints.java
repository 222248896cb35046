package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointManifest;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.checkpoint.Snapshot;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.recovery.Recovery;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Checkpoints that a recovery leaves on its way and where it is asked to stop, so that the next
 * start begins behind what this one has folded again. Only of states that are what was committed:
 * another would be taken for a damaged one. For the training thread.
 */
final class RecoveryCheckpoints implements Recovery.Watcher {
  private static final Duration LONGEST = Duration.ofMinutes(15);

  private final CheckpointWriter writer;
  private final int every;
  private final LongSupplier nanoTime;
  private final BooleanSupplier stopping;
  private final LongConsumer progress;
  private long newest = -1;
  private long writtenAt;

  /**
   * @param writer stays the caller's
   * @param every versions folded there is one, and every quarter of an hour
   * @param stopping asked after each version
   * @param progress told of each version reached
   */
  RecoveryCheckpoints(
      CheckpointWriter writer,
      int every,
      LongSupplier nanoTime,
      BooleanSupplier stopping,
      LongConsumer progress) {
    this.writer = writer;
    this.every = every;
    this.nanoTime = nanoTime;
    this.stopping = stopping;
    this.progress = progress;
  }

  @Override
  public boolean reached(TrainingState state, WeightVersion committed, boolean asCommitted) {
    progress.accept(state.version());
    boolean stop = stopping.getAsBoolean();
    if (newest < 0) {
      newest = state.version(); // The checkpoint that recovery begins at.
      writtenAt = nanoTime.getAsLong();
    } else if (asCommitted && (stop || due(state.version()))) {
      write(state, committed);
    }
    return !stop;
  }

  private boolean due(long version) {
    return version - newest >= every || nanoTime.getAsLong() - writtenAt >= LONGEST.toNanos();
  }

  private void write(TrainingState state, WeightVersion committed) {
    StateHashes hashes =
        new StateHashes(
            committed.getActorSha256(),
            committed.getCriticSha256(),
            committed.getOptimizerSha256());
    writer.write(
        Snapshot.of(
            new CheckpointManifest(
                committed.getRunId(),
                state.version(),
                state.klCoefficient(),
                committed.getConfigDigest(),
                hashes),
            state));
    newest = state.version();
    writtenAt = nanoTime.getAsLong();
  }

  /** Nothing reads the state any more then. */
  @Override
  public void failing() {
    writer.close();
  }

  /** Waits for the one being written, if any; the newest there is. */
  long finish() {
    writer.finish();
    return newest;
  }
}
