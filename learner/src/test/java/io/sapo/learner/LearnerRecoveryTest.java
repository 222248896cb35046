package io.sapo.learner;

import static io.sapo.learner.TestRuns.CONFIG;
import static io.sapo.learner.TestRuns.UPDATES;
import static io.sapo.learner.TestRuns.killAt;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.FencedException;
import io.sapo.learner.config.BatchSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.recovery.DivergenceException;
import io.sapo.learner.recovery.Divergences;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.device.Devices;
import io.sapo.policy.tensor.ElementType;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.WeightVersion;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A learner that is killed, fenced, or started on damaged or foreign data. */
class LearnerRecoveryTest {
  @TempDir static Path folder;
  private static TestRuns runs;
  private static List<WeightVersion> undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    runs = TestRuns.in(folder);
    undisturbed = runs.trainUndisturbed().versions();
  }

  @AfterAll
  static void stopBroker() {
    runs.close();
  }

  @ParameterizedTest
  @EnumSource(FaultPoint.class)
  void afterAKillTheWeightsAreThoseOfARunThatWasNeverKilled(FaultPoint point) throws Exception {
    Run run = runs.create();
    run.send(records());
    for (int occurrence : new int[] {1, 2}) {
      FaultHook kill = killAt(point, occurrence);
      assertThatThrownBy(() -> run.learner(UPDATES, kill).run()).isInstanceOf(Killed.class);
    }
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    List<WeightVersion> versions = run.versions();
    assertThat(versions).hasSameSizeAs(undisturbed);
    for (int i = 0; i < versions.size(); i++) {
      assertThat(versions.get(i).getActorSha256()).isEqualTo(undisturbed.get(i).getActorSha256());
      assertThat(versions.get(i).getCriticSha256()).isEqualTo(undisturbed.get(i).getCriticSha256());
      assertThat(versions.get(i).getOptimizerSha256())
          .isEqualTo(undisturbed.get(i).getOptimizerSha256());
      assertThat(versions.get(i).getInputs()).isEqualTo(undisturbed.get(i).getInputs());
    }
  }

  @Test
  void aSecondLearnerFencesTheFirst() throws Exception {
    Run run = runs.create();
    run.send(records());
    FaultHook rival =
        reached -> {
          if (reached == FaultPoint.UPDATE_APPLIED) {
            run.takeOver();
          }
        };
    assertThatThrownBy(() -> run.learner(UPDATES, rival).run())
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("another learner has taken over");
    assertThat(run.versions()).hasSize(1);
  }

  /** Its checkpoint fails, since who takes over deletes what it finds half written. */
  @Test
  void aLearnerThatIsFencedWhileItWritesACheckpointSaysSo() throws Exception {
    Run run = runs.create();
    run.send(records());
    AtomicInteger checkpoints = new AtomicInteger();
    FaultHook rival =
        reached -> {
          if (reached == FaultPoint.CHECKPOINT_WRITTEN && checkpoints.incrementAndGet() == 2) {
            run.takeOver();
            new CheckpointStore(run.data()).sweep(UPDATES);
          }
        };
    assertThatThrownBy(() -> run.learner(UPDATES, rival).run())
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("another learner has taken over");
    assertThat(checkpoints).hasValue(2);
  }

  @Test
  void recoveryBeginsAtTheNewestCheckpointAndFoldsOnlyWhatFollows() throws Exception {
    Run run = runs.create();
    run.send(records());
    FaultHook afterThird = killAt(FaultPoint.COMMITTED, 4);
    assertThatThrownBy(() -> run.learner(UPDATES, afterThird).run()).isInstanceOf(Killed.class);
    List<Long> reached = new ArrayList<>();
    recover(run, System::nanoTime, reached::add);
    assertThat(reached).containsExactly(2L, 3L);
  }

  private static void recover(Run run, LongSupplier nanoTime, LongConsumer progress) {
    LearnerOptions options = run.options(UPDATES, FaultHook.NONE);
    try (FoldResources resources = FoldResources.open(CONFIG, options, TinyRun.base())) {
      new StateLoader(CONFIG, options, new LearnerClients(runs.kafka()), resources, nanoTime)
          .recovered(
              run.committed(), new Divergences(run.committed(), false), () -> false, progress)
          .close();
    }
  }

  /** Five versions, and no checkpoint but that of version 0. */
  private static Run trainedWithoutCheckpoints() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(UPDATES, FaultHook.NONE).run();
    CheckpointStore store = new CheckpointStore(run.data());
    for (long version : store.versions()) {
      if (version > 0) {
        Folders.delete(store.folder(version));
      }
    }
    return run;
  }

  /** However long recovery takes and however often it is killed, it comes to its end. */
  @Test
  void aRecoveryThatIsKilledGoesOnBehindTheCheckpointsItHasWritten() throws Exception {
    Run run = trainedWithoutCheckpoints();
    assertThatThrownBy(
            () ->
                recover(
                    run,
                    System::nanoTime,
                    reached -> {
                      if (reached == 3) {
                        throw new Killed();
                      }
                    }))
        .isInstanceOf(Killed.class);
    List<Long> reached = new ArrayList<>();
    recover(run, System::nanoTime, reached::add);
    assertThat(reached).containsExactly(2L, 3L, 4L, 5L);
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
  }

  /** Where an update takes a quarter of an hour, each is worth a checkpoint. */
  @Test
  void aSlowRecoveryWritesACheckpointOfEachVersion() throws Exception {
    Run run = trainedWithoutCheckpoints();
    AtomicLong clock = new AtomicLong();
    assertThatThrownBy(
            () ->
                recover(
                    run,
                    () -> clock.addAndGet(Duration.ofMinutes(15).toNanos()),
                    reached -> {
                      if (reached == 4) {
                        throw new Killed();
                      }
                    }))
        .isInstanceOf(Killed.class);
    assertThat(new CheckpointStore(run.data()).versions()).containsExactly(0L, 2L, 3L);
  }

  /** As after Ctrl-C. */
  @Test
  void aLearnerIsStoppedWhileItRecovers() throws Exception {
    Run run = trainedWithoutCheckpoints();
    AtomicReference<Learner> learner = new AtomicReference<>();
    FaultHook operator =
        point -> {
          if (point == FaultPoint.CHECKPOINT_WRITTEN) {
            learner.get().stop();
          }
        };
    learner.set(run.learner(UPDATES + 1, operator));
    assertThat(learner.get().run()).as("the newest version").isEqualTo(UPDATES);
    assertThat(learner.get().ready()).isNotDone();
    assertThat(new CheckpointStore(run.data()).versions())
        .as("one of where it was at, and it went no further")
        .containsExactly(0L, 2L, 3L);
    List<Long> reached = new ArrayList<>();
    recover(run, System::nanoTime, reached::add);
    assertThat(reached).startsWith(3L);
  }

  @Test
  void aDamagedCheckpointIsFoundByItsHashAndAnOlderOneTaken() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(4, FaultHook.NONE).run();
    Path newest = run.data().resolve("checkpoints/version-0000000004/critic.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
      long at = Files.size(newest) - 3;
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 4);
    }
    Files.writeString(newest.resolveSibling("state.json"), "{");
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    assertThat(run.versions().get(UPDATES).getActorSha256())
        .isEqualTo(undisturbed.get(UPDATES).getActorSha256());
    assertThat(run.data().resolve("checkpoints/damaged-version-0000000004")).isDirectory();
    assertThat(new CheckpointStore(run.data()).runId(4)).as("made anew").hasValue("a-run");
  }

  /** The older ones may be gone; of the newest one somebody may still save something. */
  @Test
  void ofSeveralDamagedCheckpointsTheNewestIsKept() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(4, FaultHook.NONE).run();
    for (int version : new int[] {2, 4}) {
      Files.writeString(
          run.data().resolve("checkpoints/version-%010d/critic.safetensors".formatted(version)),
          "");
    }
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    assertThat(run.versions().get(UPDATES).getActorSha256())
        .isEqualTo(undisturbed.get(UPDATES).getActorSha256());
    assertThat(run.data().resolve("checkpoints/damaged-version-0000000004")).isDirectory();
    assertThat(run.data().resolve("checkpoints/damaged-version-0000000002")).doesNotExist();
  }

  /** Records that are longer than what is trained on now were short enough then. */
  @Test
  void recoveryFoldsWhatWasTrainedOnWhateverTheLimitIsNow() throws Exception {
    Run run = runs.create();
    run.send(records());
    FaultHook afterThird = killAt(FaultPoint.COMMITTED, 4);
    assertThatThrownBy(() -> run.learner(UPDATES, afterThird).run()).isInstanceOf(Killed.class);
    BatchSettings batch = CONFIG.batch();
    LearnerConfig shorter =
        ChangedConfig.batch(
            CONFIG,
            new BatchSettings(batch.size(), 4, batch.maxStaleness(), batch.dynamicSampling()));
    assertThat(restarted(run, shorter, 3).run()).isEqualTo(3);
  }

  /** Versions of one run are replayed in one way. */
  @Test
  void aRunIsNotContinuedInAnotherPrecision() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(2, FaultHook.NONE).run();
    LearnerConfig other =
        ChangedConfig.network(CONFIG, new NetworkSettings(null, ElementType.BF16, 50_176));
    assertThatThrownBy(() -> restarted(run, other, UPDATES).run())
        .hasMessageContaining("model.precision was f32, is bf16")
        .hasMessageContaining("model.max-pixels was 0, is 50176");
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
  }

  private static Learner restarted(Run run, LearnerConfig config, long untilVersion) {
    return new Learner(
        config, run.options(untilVersion, FaultHook.NONE), TinyRun.base(), Clock.systemUTC());
  }

  @Test
  void recoveryThatReachesOtherWeightsStopsWithBothHashes() throws Exception {
    assumeThat(Devices.deterministic(TestDevice.get())).isTrue();
    Run run = runs.create();
    run.send(records());
    FaultHook afterThird = killAt(FaultPoint.COMMITTED, 4);
    assertThatThrownBy(() -> run.learner(UPDATES, afterThird).run()).isInstanceOf(Killed.class);
    Run forged = runs.create();
    List<SegmentedTrajectory> other = TinyRun.trajectories(UPDATES, CONFIG.batch().size(), 4);
    forged.send(other);
    forged.sendAll(run.versionsFor(forged));
    run.copyData(forged);
    String committed = run.versions().get(3).getActorSha256();
    assertThatThrownBy(() -> forged.learner(UPDATES, FaultHook.NONE).run())
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("version 3")
        .hasMessageContaining(committed);
  }

  @Test
  void checkpointsOfAnotherRunAreLeftAlone() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(2, FaultHook.NONE).run();
    Run elsewhere = runs.create(run.data());
    assertThatThrownBy(() -> elsewhere.learner(2, FaultHook.NONE).run())
        .hasMessageContaining("holds checkpoints up to version 2")
        .hasMessageContaining("holds no version");
    assertThat(run.data().resolve("checkpoints/version-0000000002")).isDirectory();
  }
}
