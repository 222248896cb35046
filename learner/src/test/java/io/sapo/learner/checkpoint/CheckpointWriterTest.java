package io.sapo.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.CheckpointFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a thread does that waits for the disk. */
@Timeout(60)
class CheckpointWriterTest {
  @TempDir Path folder;

  /** The disk is only done once the waiting thread has said three times that it waits. */
  @Test
  void whoWaitsForASlowDiskIsNotStuck() {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("model")));
    CountDownLatch said = new CountDownLatch(3);
    FaultHook slowDisk =
        point -> {
          if (point == FaultPoint.CHECKPOINT_WRITTEN) {
            awaitUninterruptibly(said);
          }
        };
    CheckpointStore store =
        new CheckpointStore(folder.resolve("data"), 2, Duration.ofDays(1), slowDisk);
    try (TrainingState state =
            TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.SAPO));
        CheckpointWriter writer =
            new CheckpointWriter(
                store, ActorFiles.of(TinyRun.base(), model), -1, said::countDown)) {
      writer.write(
          Snapshot.of(new CheckpointManifest("a-run", 1, 0, "digest", state.hashes()), state));
      writer.settle();
      assertThat(writer.durableVersion()).isEqualTo(1);
      assertThat(said.getCount()).isZero();
    }
  }

  /** Not for ever: a writer that is closed waits for what it writes. */
  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
