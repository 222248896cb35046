package io.sapo.learner;

import static io.sapo.learner.TestRuns.UPDATES;
import static io.sapo.learner.TestRuns.killAt;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run brought back on an empty machine, as docs/backup.md has it. */
class RestoreTest {
  @TempDir Path folder;

  /** The copy is taken between two updates, and older than what is committed when the end comes. */
  @Test
  void itsTopicsAndAnOlderCopyOfItsCheckpointsBringItBackBitForBit() throws Exception {
    Path lost = folder.resolve("lost");
    Path backup = folder.resolve("backup");
    try (TestRuns machine = TestRuns.withBroker(lost)) {
      Run run = machine.create();
      run.send(records());
      FaultHook copying = killAt(FaultPoint.CHUNKS_SENT, UPDATES);
      int[] committed = {0};
      assertThatThrownBy(
              () ->
                  run.learner(
                          UPDATES,
                          point -> {
                            if (point == FaultPoint.COMMITTED && ++committed[0] == 4) {
                              copy(run.data(), backup.resolve("data"));
                            }
                            copying.reached(point);
                          })
                      .run())
          .isInstanceOf(Killed.class);
    }
    copy(lost.resolve("broker"), backup.resolve("broker"));
    Folders.delete(lost);

    Path empty = folder.resolve("empty");
    copy(backup.resolve("broker"), empty.resolve("broker"));
    copy(backup.resolve("data"), empty.resolve("run1"));
    try (TestRuns machine = TestRuns.withBroker(empty)) {
      Run restored = machine.create();
      assertThat(restored.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
      Run undisturbed = machine.create();
      undisturbed.send(records());
      undisturbed.learner(UPDATES, FaultHook.NONE).run();
      List<WeightVersion> versions = restored.versions();
      assertThat(versions).hasSize(UPDATES + 1);
      for (WeightVersion expected : undisturbed.versions()) {
        WeightVersion version = versions.get((int) expected.getVersion());
        assertThat(version.getActorSha256()).isEqualTo(expected.getActorSha256());
        assertThat(version.getCriticSha256()).isEqualTo(expected.getCriticSha256());
        assertThat(version.getOptimizerSha256()).isEqualTo(expected.getOptimizerSha256());
      }
    }
  }

  @Test
  void withoutAnyCheckpointItSaysWhatIsMissing() throws Exception {
    try (TestRuns machine = TestRuns.withBroker(folder)) {
      Run run = machine.create();
      run.send(records());
      run.learner(2, FaultHook.NONE).run();
      Folders.delete(run.data());
      assertThatThrownBy(() -> run.learner(UPDATES, FaultHook.NONE).run())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("holds no checkpoint of run a-run, which has come to version 2")
          .hasMessageContaining(run.data().toString());
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
