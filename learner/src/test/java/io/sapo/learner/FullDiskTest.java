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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner whose disk is full: a file system of eight megabytes, where one may mount it. */
class FullDiskTest {
  @TempDir Path folder;

  @Test
  void stopsSayingSoAndGoesOnOnceThereIsRoom() throws Exception {
    Path small = Files.createDirectories(folder.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString()) == 0,
        "the right to mount a small file system");
    try (TestRuns runs = new TestRuns(folder)) {
      TestRuns.Run run = runs.create(small);
      run.send(records());
      Path ballast = small.resolve("ballast");
      FaultHook filling =
          point -> {
            if (point == FaultPoint.UPDATE_APPLIED) {
              fill(ballast);
            }
          };
      assertThatThrownBy(() -> run.learner(UPDATES, filling).run())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(small.toString())
          .hasMessageContaining("No space left");
      CommittedVersions before = run.committed();
      assertThat(before.last().getVersion()).isBetween(2L, 3L);
      Files.delete(ballast);
      assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
      assertThat(run.committed().sha256(before.last().getVersion())).isEqualTo(before.sha256());
    } finally {
      // Checkpoints that were read stay mapped until they are collected.
      run("umount", "--lazy", small.toString());
    }
  }

  private static void fill(Path file) {
    byte[] piece = new byte[4096];
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      return -1;
    }
  }
}
