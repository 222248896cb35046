package io.sapo.learner;

import static io.sapo.learner.TestRuns.UPDATES;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.testing.SmallDisk;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner whose disk is full: a file system of eight megabytes, where one may mount it. */
class FullDiskTest {
  @TempDir Path folder;

  @Test
  void stopsSayingSoAndGoesOnOnceThereIsRoom() throws Exception {
    Optional<SmallDisk> mounted = SmallDisk.mount(folder.resolve("small"), 8);
    assumeTrue(mounted.isPresent(), "the right to mount a small file system");
    try (SmallDisk small = mounted.get();
        TestRuns runs = TestRuns.withBroker(folder)) {
      TestRuns.Run run = runs.create(small.folder());
      run.send(records());
      FaultHook filling =
          point -> {
            if (point == FaultPoint.UPDATE_APPLIED) {
              small.fill();
            }
          };
      assertThatThrownBy(() -> run.learner(UPDATES, filling).run())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(small.folder().toString())
          .hasMessageContaining("No space left");
      CommittedVersions before = run.committed();
      assertThat(before.last().getVersion()).isBetween(2L, 3L);
      small.free();
      assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
      assertThat(run.committed().sha256(before.last().getVersion())).isEqualTo(before.sha256());
    }
  }
}
