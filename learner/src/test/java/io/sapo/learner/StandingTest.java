package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Learners beside each other, commits that fail, and what becomes of commands. */
@Timeout(120)
class StandingTest {
  @TempDir static Path folder;
  private static TestRuns runs;

  @BeforeAll
  static void open() throws Exception {
    runs = new TestRuns(folder);
  }

  @AfterAll
  static void close() {
    runs.close();
  }

  @Test
  void theSecondOfTwoStandsByUntilTheFirstHasEnded() throws Exception {
    Run run = runs.create();
    Learner first = run.learner(3, FaultHook.NONE);
    CompletableFuture<Long> firstEnd = started(first);
    awaitStatus(run, status -> status.getState().equals("running"));
    Learner second = run.learner(2, FaultHook.NONE);
    CompletableFuture<Long> secondEnd = started(second);
    assertThatThrownBy(() -> second.ready().get(5, TimeUnit.SECONDS))
        .as("the first heartbeats on")
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    awaitStatus(run, status -> status.getVersion() == 1);
    assertThat(secondEnd).isNotDone();
    first.stop();
    assertThat(firstEnd.join()).isEqualTo(1);
    run.send(
        TestRuns.records()
            .subList(TestRuns.CONFIG.batch().size(), 2 * TestRuns.CONFIG.batch().size()));
    assertThat(secondEnd.join()).isEqualTo(2);
  }

  @Test
  void oneWithAnotherFolderFailsAndTheFirstGoesOn() throws Exception {
    Run run = runs.create();
    CompletableFuture<Long> end = started(run.learner(1, FaultHook.NONE));
    awaitStatus(run, status -> status.getState().equals("running"));
    Run elsewhere = run.withData(folder.resolve("empty-volume"));
    assertThatThrownBy(() -> elsewhere.learner(1, FaultHook.NONE).run())
        .hasMessageContaining("empty-volume holds no checkpoint of run a-run")
        .hasMessageContaining("version 0");
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    assertThat(end.join()).isEqualTo(1);
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

  @Test
  void aCommandGivenDuringTheLastUpdateIsDoneAndAnswered() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, TestRuns.CONFIG.batch().size()));
    FaultHook operator =
        reached -> {
          if (reached == FaultPoint.COMMITTED && run.committed().last().getVersion() == 1) {
            give(run, "the-last", ControlAction.EXPORT);
            awaitStatus(run, status -> outcome(status, "the-last").startsWith("accepted"));
          }
        };
    run.learner(1, operator).run();
    Status last = awaitStatus(run, status -> status.getState().equals("stopped"));
    assertThat(outcome(last, "the-last"))
        .startsWith("done: version 1 lies in ")
        .endsWith("exports/version-0000000001");
  }

  @Test
  void whatIsAskedWhileItRecoversIsDoneWhenItHas() throws Exception {
    Run run = runs.create();
    run.send(TestRuns.records().subList(0, 2 * TestRuns.CONFIG.batch().size()));
    run.learner(1, FaultHook.NONE).run();
    CompletableFuture<Void> given = new CompletableFuture<>();
    FaultHook notBefore =
        reached -> {
          if (reached == FaultPoint.BATCH_ASSEMBLED) {
            given.join();
            awaitStatus(run, status -> !outcome(status, "early").isEmpty());
          }
        };
    CompletableFuture<Long> end = started(run.learner(2, notBefore));
    awaitStatus(
        run,
        status -> status.getState().equals("starting") || status.getState().equals("recovering"));
    give(run, "early", ControlAction.CHECKPOINT);
    given.complete(null);
    assertThat(end.join()).isEqualTo(2);
    Status last =
        awaitStatus(run, status -> status.getState().equals("stopped") && status.getVersion() == 2);
    assertThat(outcome(last, "early")).startsWith("done: version ");
  }

  private static String outcome(Status status, String command) {
    return CommandOutcomes.of(List.of(status), command).orElse("");
  }

  private static void give(Run run, String id, ControlAction action) {
    run.sendAll(
        List.of(
            run.topics()
                .control()
                .record(
                    "learner",
                    Control.newBuilder()
                        .setCommandId(id)
                        .setAction(action)
                        .setTarget("learner")
                        .setRequestedBy("a test")
                        .setAtMs(0)
                        .build())));
  }

  private static CompletableFuture<Long> started(Learner learner) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return learner.run();
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        },
        task -> new Thread(task, "a learner").start());
  }

  private static Status awaitStatus(Run run, Predicate<Status> wanted) {
    try (Consumer<byte[], byte[]> reader =
        new LearnerClients(runs.kafka()).committedReader("test")) {
      TopicPartition partition = new TopicPartition(run.topics().status().name(), 0);
      reader.assign(List.of(partition));
      reader.seek(partition, 0);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
          Status status = run.topics().status().codec().decode(record.value());
          if (wanted.test(status)) {
            return status;
          }
        }
      }
    }
  }
}
