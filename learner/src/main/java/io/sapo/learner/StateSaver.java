package io.sapo.learner;

import io.sapo.learner.checkpoint.CheckpointManifest;
import io.sapo.learner.checkpoint.CheckpointWriter;
import io.sapo.learner.checkpoint.Snapshot;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Checkpoints and exports of the training state. For the training thread. */
final class StateSaver {
  private final CheckpointWriter writer;
  private final RunIdentity identity;
  private final TrainingState state;
  private final BooleanSupplier asCommitted;

  /**
   * @param writer stays the caller's
   * @param asCommitted whether the state is that of the newest commit record
   */
  StateSaver(
      CheckpointWriter writer,
      RunIdentity identity,
      TrainingState state,
      BooleanSupplier asCommitted) {
    this.writer = writer;
    this.identity = identity;
    this.state = state;
    this.asCommitted = asCommitted;
  }

  /** Starts writing a checkpoint of the state, which has these hashes. */
  void write(StateHashes hashes) {
    writer.write(
        Snapshot.of(
            new CheckpointManifest(
                identity.runId(),
                state.version(),
                state.klCoefficient(),
                identity.configDigest(),
                hashes),
            state));
  }

  /** Waits for the checkpoint being written, if any. */
  void finish() {
    writer.finish();
  }

  /** A checkpoint of the newest version on disk, if there is none yet. */
  void writeNow() {
    writer.finish();
    if (writer.durableVersion() < state.version() && asCommitted.getAsBoolean()) {
      write(state.hashes());
      writer.finish();
    }
  }

  /** Newest version whose checkpoint is on disk; -1 when there is none. */
  long durableVersion() {
    return writer.durableVersion();
  }

  /** Starts writing the actor as a model folder for other engines; completes with the folder. */
  CompletionStage<Path> export() {
    return writer.export(state.version(), state.actor().weights().tensors());
  }
}
