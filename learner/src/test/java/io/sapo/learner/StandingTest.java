package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.commit.CommitFailedException;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.schemas.GoalReached;
import io.sapo.schemas.Status;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Learners beside each other, and commits that fail. */
@Timeout(120)
class StandingTest {
  private static final Set<String> ENDED = Set.of("stopped", "failed");

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
  void theSecondOfTwoStandsByUntilTheFirstHasEnded() throws Exception {
    Run run = runs.create();
    Learner first = run.learner(3, FaultHook.NONE);
    CompletableFuture<Long> firstEnd = TestRuns.started(first);
    run.awaitStatus(status -> status.getState().equals("running"));
    Learner second = run.learner(2, FaultHook.NONE);
    CompletableFuture<Long> secondEnd = TestRuns.started(second);
    assertThatThrownBy(() -> second.ready().get(5, TimeUnit.SECONDS))
        .as("the first heartbeats on")
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    run.awaitStatus(status -> status.getVersion() == 1);
    assertThat(secondEnd).isNotDone();
    first.stop();
    assertThat(firstEnd.join()).isEqualTo(1);
    Status stopped = run.awaitStatus(status -> status.getState().equals("stopped"));
    assertThat(GoalReached.of(stopped)).as("it was to make three").isEmpty();
    run.send(
        TestRuns.records()
            .subList(TestRuns.CONFIG.batch().size(), 2 * TestRuns.CONFIG.batch().size()));
    assertThat(secondEnd.join()).isEqualTo(2);
    Status done = run.awaitStatus(status -> GoalReached.of(status).isPresent());
    assertThat(done.getState()).isEqualTo("stopped");
    assertThat(GoalReached.of(done)).hasValue(2);
  }

  @Test
  void oneWithAnotherFolderFailsAndTheFirstGoesOn() throws Exception {
    Run run = runs.create();
    CompletableFuture<Long> end = TestRuns.started(run.learner(1, FaultHook.NONE));
    run.awaitStatus(status -> status.getState().equals("running"));
    Run elsewhere = run.withData(folder.resolve("empty-volume"));
    assertThatThrownBy(() -> elsewhere.learner(1, FaultHook.NONE).run())
        .hasMessageContaining("empty-volume holds no checkpoint of run a-run")
        .hasMessageContaining("version 0");
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    assertThat(end.join()).isEqualTo(1);
    assertThat(run.awaitStatus(status -> ENDED.contains(status.getState())).getState())
        .as("the first that was heard to end: a third would have taken over")
        .isEqualTo("stopped");
  }

  @Test
  void aStandbyThatIsStoppedDoesNotSpeakForTheFirst() throws Exception {
    Run run = runs.create();
    Learner first = run.learner(1, FaultHook.NONE);
    CompletableFuture<Long> firstEnd = TestRuns.started(first);
    run.awaitStatus(status -> status.getState().equals("running"));
    Learner standby = run.learner(1, FaultHook.NONE);
    standby.stop();
    assertThat(standby.run()).isZero();
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    assertThat(firstEnd.join()).isEqualTo(1);
    assertThat(run.awaitStatus(status -> ENDED.contains(status.getState())).getVersion())
        .isEqualTo(1);
  }

  /** Also what a coordinator does with a transaction that stands open for too long. */
  @Test
  void aLearnerThatIsFencedWithoutARivalSaysSoAndMayBeStartedAgain() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, 2 * TestRuns.CONFIG.batch().size()));
    assertThatThrownBy(() -> run.learner(2, TestRuns.onCommit(1, reached -> run.fence())).run())
        .isInstanceOf(CommitFailedException.class)
        .hasMessageContaining("no other learner is at work");
    assertThat(run.learner(2, FaultHook.NONE).run()).isEqualTo(2);
  }

  /** As one does whose machine was suspended within a commit. */
  @Test
  void aLearnerWhoseTransactionHasExpiredSaysSoAndMayBeStartedAgain() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    LearnerOptions usual = run.options(1, FaultHook.NONE);
    Map<String, Object> impatient = new HashMap<>(usual.kafka());
    impatient.put("transaction.timeout.ms", 2_000);
    AtomicInteger commits = new AtomicInteger();
    FaultHook suspended =
        reached -> {
          if (reached == FaultPoint.RECORD_SENT && commits.incrementAndGet() == 2) {
            awaitExpiry(usual.groupId());
          }
        };
    LearnerOptions options =
        new LearnerOptions(
            impatient,
            usual.topics(),
            usual.heartbeats(),
            usual.newRun(),
            usual.pictures(),
            usual.checkpoints(),
            usual.published(),
            usual.activationBytes(),
            usual.start().with(suspended));
    assertThatThrownBy(
            () -> new Learner(TestRuns.CONFIG, options, TinyRun.base(), Clock.systemUTC()).run())
        .isInstanceOf(CommitFailedException.class)
        .hasMessageContaining("no other learner is at work");
    assertThat(run.versions()).hasSize(1);
    assertThat(run.learner(1, FaultHook.NONE).run()).isEqualTo(1);
  }

  private static void awaitExpiry(String transactionalId) {
    try (Admin admin = Admin.create(runs.kafka())) {
      Await.until(
          "the coordinator to end the transaction",
          Duration.ofMinutes(1),
          () -> stateOf(admin, transactionalId) == TransactionState.COMPLETE_ABORT);
    }
  }

  private static TransactionState stateOf(Admin admin, String transactionalId) {
    return admin
        .describeTransactions(List.of(transactionalId))
        .description(transactionalId)
        .toCompletionStage()
        .toCompletableFuture()
        .join()
        .state();
  }

  @Test
  void aCommitThatFailsForAnUnknownReasonIsTriedAgain() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    AtomicInteger failures = new AtomicInteger(3);
    FaultHook unlucky =
        reached -> {
          if (reached == FaultPoint.RECORD_SENT && failures.getAndDecrement() > 0) {
            throw new KafkaException("for no reason");
          }
        };
    assertThat(run.learner(1, unlucky).run()).isEqualTo(1);
    assertThat(run.versions()).hasSize(2);
  }
}
