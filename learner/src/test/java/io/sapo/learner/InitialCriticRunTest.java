package io.sapo.learner;

import static io.sapo.learner.TestRuns.CONFIG;
import static io.sapo.learner.TestRuns.killAt;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.checkpoint.CriticExport;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.replay.PublishedActor;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.learner.replay.Replay;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose critic begins with that of another run. */
class InitialCriticRunTest {
  @TempDir private Path folder;

  @Test
  void aCriticGoesOnInAnotherRun() throws Exception {
    try (TestRuns runs = TestRuns.in(folder)) {
      Run first = runs.create();
      first.send(records());
      first.learner(2, FaultHook.NONE).run();
      Path critic = export(first, 2, "critic");

      Run second = runs.create();
      second.send(records());
      learner(second, critic, 2, FaultHook.NONE).run();
      WeightVersion zero = second.versions().get(0);
      assertThat(zero.getCriticSha256()).isEqualTo(first.versions().get(2).getCriticSha256());
      assertThat(zero.getActorSha256()).isEqualTo(first.versions().get(0).getActorSha256());
      assertThat(second.versions().get(1).getCriticSha256())
          .isNotEqualTo(first.versions().get(1).getCriticSha256());

      Run killed = runs.create();
      killed.send(records());
      FaultHook beforeACheckpoint = killAt(FaultPoint.COMMITTED, 2);
      assertThatThrownBy(() -> learner(killed, critic, 2, beforeACheckpoint).run())
          .isInstanceOf(Killed.class);
      learner(killed, critic, 2, FaultHook.NONE).run();
      assertSame(killed.versions(), second.versions());

      refusesAnotherFolder(second, export(first, 0, "other"));
      delete(critic);
      assertThat(replay(runs, second)).containsExactly(Replay.Verdict.EXACT, Replay.Verdict.EXACT);
      refusesAMissingFolder(second, critic);
      second.learner(3, FaultHook.NONE).run();
      assertThat(second.versions()).hasSize(4);
    }
  }

  private static void refusesAnotherFolder(Run run, Path other) {
    assertThatThrownBy(() -> learner(run, other, 3, FaultHook.NONE).run())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("run a-run began with a critic that hashes to ")
        .hasMessageContaining("but that of " + other + " hashes to ")
        .hasMessageNotContaining("\n");
  }

  private static void refusesAMissingFolder(Run run, Path missing) {
    assertThatThrownBy(() -> learner(run, missing, 3, FaultHook.NONE).run())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(missing + ": there is no such folder")
        .hasMessageNotContaining("\n");
  }

  private static void assertSame(List<WeightVersion> versions, List<WeightVersion> expected) {
    assertThat(versions).hasSameSizeAs(expected);
    for (int i = 0; i < versions.size(); i++) {
      assertThat(versions.get(i).getActorSha256()).isEqualTo(expected.get(i).getActorSha256());
      assertThat(versions.get(i).getCriticSha256()).isEqualTo(expected.get(i).getCriticSha256());
      assertThat(versions.get(i).getOptimizerSha256())
          .isEqualTo(expected.get(i).getOptimizerSha256());
    }
  }

  private static List<Replay.Verdict> replay(TestRuns runs, Run run) {
    List<Replay.Verdict> verdicts = new ArrayList<>();
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test");
        RecordedRun recorded = run.recorded(reader)) {
      new Replay(recorded, new PublishedActor(run.committed(), reader, run.topics()))
          .run(1, 2, reached -> {}, outcome -> verdicts.add(outcome.verdict()));
    }
    return verdicts;
  }

  private Path export(Run run, long version, String name) {
    Path target = folder.resolve(name);
    new CriticExport(new CheckpointStore(run.data()).folder(version))
        .write(target, Optional.empty());
    return target;
  }

  private static Learner learner(Run run, Path critic, long untilVersion, FaultHook faults) {
    LearnerOptions plain = run.options(untilVersion, faults);
    NewRun beginning = plain.newRun();
    LearnerOptions options =
        new LearnerOptions(
            plain.kafka(),
            plain.topics(),
            plain.heartbeats(),
            new NewRun(beginning.id(), beginning.model().withCritic(critic)),
            plain.pictures(),
            plain.checkpoints(),
            plain.published(),
            plain.activationBytes(),
            plain.start());
    return new Learner(CONFIG, options, TinyRun.base(), Clock.systemUTC());
  }

  private static void delete(Path flat) throws IOException {
    try (var files = Files.list(flat)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(flat);
  }
}
