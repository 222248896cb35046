package io.sapo.learner;

import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.schemas.AnsweredCommands;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pause, checkpoint and export, and what their answers are. */
@Timeout(120)
class LearnerCommandsTest {
  @TempDir static Path folder;
  private static TestRuns runs;

  @BeforeAll
  static void open() throws Exception {
    runs = TestRuns.in(folder);
  }

  @AfterAll
  static void close() {
    runs.close();
  }

  @Test
  void pausesAndGoesOnWhenTold() throws Exception {
    Run run = runs.create();
    run.command("c", ControlAction.PAUSE);
    run.send(records());
    CompletableFuture<Long> end = TestRuns.started(run.learner(2, FaultHook.NONE));
    Status status = run.awaitStatus(found -> found.getState().equals("paused"));
    assertThat(status.getMessage()).isEqualTo("by a test");
    assertThat(run.versions()).hasSize(1);
    run.command("c", ControlAction.RESUME);
    assertThat(end.get()).isEqualTo(2);
  }

  @Test
  void exportsWhatItIsAskedForAndGoesOn() throws Exception {
    Run run = runs.create();
    run.command("c", ControlAction.PAUSE);
    CompletableFuture<Long> end = TestRuns.started(run.learner(2, FaultHook.NONE));
    run.awaitStatus(status -> status.getState().equals("paused"));
    run.command("c", ControlAction.EXPORT);
    Status exported = run.awaitStatus(status -> status.getInfo().containsKey("last_export"));
    Path export = run.data().resolve("exports/version-0000000000");
    assertThat(exported.getInfo()).containsEntry("last_export", export.toString());
    assertThat(CheckpointFolder.open(export).config())
        .isEqualTo(CheckpointFolder.open(runs.model()).config());
    assertThat(export.resolve("model.safetensors"))
        .hasSameBinaryContentAs(
            run.data().resolve("checkpoints/version-0000000000/actor/model.safetensors"));
    run.send(records());
    run.command("c", ControlAction.RESUME);
    assertThat(end.get()).isEqualTo(2);
  }

  @Test
  void aCommandGivenDuringTheLastUpdateIsDoneAndAnswered() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    FaultHook operator =
        TestRuns.onCommit(
            1,
            reached -> {
              run.command("the-last", ControlAction.EXPORT);
              run.awaitStatus(status -> outcome(status, "the-last").startsWith("accepted"));
            });
    run.learner(1, operator).run();
    Status last = run.awaitStatus(status -> status.getState().equals("stopped"));
    assertThat(outcome(last, "the-last"))
        .startsWith("done: version 1 lies in ")
        .endsWith("exports/version-0000000001");
  }

  @Test
  void whatIsAskedWhileItRecoversIsDoneWhenItHas() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, 2 * TestRuns.CONFIG.batch().size()));
    run.learner(1, FaultHook.NONE).run();
    long before = run.awaitStatus(status -> status.getState().equals("stopped")).getStartedAtMs();
    CompletableFuture<Void> given = new CompletableFuture<>();
    FaultHook notBefore =
        reached -> {
          if (reached == FaultPoint.BATCH_ASSEMBLED) {
            given.join();
            run.awaitStatus(status -> !outcome(status, "early").isEmpty());
          }
        };
    CompletableFuture<Long> end = TestRuns.started(run.learner(2, notBefore));
    run.awaitStatus(status -> status.getStartedAtMs() > before);
    run.command("early", ControlAction.CHECKPOINT);
    given.complete(null);
    assertThat(end.join()).isEqualTo(2);
    Status last =
        run.awaitStatus(status -> status.getState().equals("stopped") && status.getVersion() == 2);
    assertThat(outcome(last, "early")).startsWith("done: version ");
  }

  /** Else whoever asked would wait for ever. */
  @Test
  void whatIsAskedWhileNobodyIsThereIsRefusedAndWhatWasAnsweredStands() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, 2 * TestRuns.CONFIG.batch().size()));
    run.command("before-all", ControlAction.EXPORT);
    FaultHook operator =
        TestRuns.onCommit(
            1,
            reached -> {
              run.command("in-time", ControlAction.CHECKPOINT);
              run.awaitStatus(status -> outcome(status, "in-time").startsWith("accepted"));
            });
    run.learner(1, operator).run();
    Status first = run.awaitStatus(status -> status.getState().equals("stopped"));
    assertThat(outcome(first, "before-all")).startsWith("refused: no learner was at work");
    String done = outcome(first, "in-time");
    assertThat(done).startsWith("done: version 1");
    run.command("between", ControlAction.CHECKPOINT);
    run.learner(2, FaultHook.NONE).run();
    Status second =
        run.awaitStatus(status -> status.getState().equals("stopped") && status.getVersion() == 2);
    assertThat(outcome(second, "between")).startsWith("refused: no learner was at work");
    assertThat(outcome(second, "in-time")).isEqualTo(done);
    assertThat(outcome(second, "before-all")).isEqualTo(outcome(first, "before-all"));
  }

  /** A heartbeat has room for the newest outcomes only. */
  @Test
  void manyAnswersOutliveAStartThatCameToNothing() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, 2 * TestRuns.CONFIG.batch().size()));
    int many = AnsweredCommands.MOST + 8;
    FaultHook operator =
        TestRuns.onCommit(
            1,
            reached -> {
              for (int i = 0; i < many; i++) {
                run.command("resume-" + i, ControlAction.RESUME);
              }
              run.awaitStatus(status -> !outcome(status, "resume-" + (many - 1)).isEmpty());
            });
    run.learner(1, operator).run();
    Learner nothing = run.learner(2, FaultHook.NONE);
    nothing.stop();
    nothing.run();
    run.command("between", ControlAction.CHECKPOINT);
    run.learner(2, FaultHook.NONE).run();
    Status last =
        run.awaitStatus(status -> status.getState().equals("stopped") && status.getVersion() == 2);
    assertThat(outcome(last, "between")).startsWith("refused: no learner was at work");
    assertThat(outcome(last, "resume-" + (many - 1))).startsWith("done");
    assertThat(outcome(last, "resume-0")).as("forgotten, not refused").isEmpty();
  }

  private static String outcome(Status status, String command) {
    return CommandOutcomes.of(List.of(status), command).orElse("");
  }
}
