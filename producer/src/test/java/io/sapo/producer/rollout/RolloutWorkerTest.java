package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.Weights;
import io.sapo.producer.TinyModel;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.rollout.RolloutMetrics.Activity;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.RefusedTask;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Task;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutWorkerTest {
  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;
  private TurnedWorker turned;

  @BeforeAll
  static void writeModel() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
  }

  @BeforeEach
  void open() throws Exception {
    turned = new TurnedWorker(checkpoint);
  }

  @AfterEach
  void close() {
    turned.close();
  }

  @Test
  void inFlightGoesOnWithNewWeightsInTheMiddleOfAResponse() {
    turned.build(WeightUptake.IN_FLIGHT, 4, 1, 0, 8, turned.tasks("a", "b"), request -> 5);
    Weights v0 = turned.commit(0, Map.of());
    turned.steps(2);
    turned.commit(1, Map.of());
    turned.steps(5);
    for (Trajectory trajectory : turned.trajectories(2)) {
      assertThat(trajectory.getVersions())
          .containsExactly(new VersionRun(0L, 2), new VersionRun(1L, 3));
    }
    assertThat(TurnedWorker.freed(v0)).isTrue();
  }

  @Test
  void drainEndsRunningResponsesFirstAndStartsNoneMeanwhile() {
    turned.build(
        WeightUptake.DRAIN,
        2,
        1,
        2,
        8,
        turned.tasks("a", "b", "c", "d"),
        request -> request.id().endsWith("-0/0") ? 3 : 5);
    Weights v0 = turned.commit(0, Map.of());
    turned.steps(2);
    Weights v1 = turned.commit(1, Map.of());
    turned.steps(2);
    assertThat(turned.engine.submitted).hasSize(2);
    Weights v2 = turned.commit(2, Map.of());
    assertThat(TurnedWorker.freed(v0)).isFalse();
    turned.steps(8);
    List<Trajectory> all = turned.trajectories(4);
    assertThat(all)
        .extracting(Trajectory::getVersions)
        .containsExactlyInAnyOrder(
            List.of(new VersionRun(0L, 3)),
            List.of(new VersionRun(0L, 5)),
            List.of(new VersionRun(2L, 5)),
            List.of(new VersionRun(2L, 5)));
    assertThat(TurnedWorker.freed(v0)).isTrue();
    assertThat(TurnedWorker.freed(v1)).isTrue();
    assertThat(TurnedWorker.freed(v2)).isFalse();
  }

  @Test
  void theGateClosesAtTheBoundAndOpensWithWhatIsConsumed() {
    turned.build(WeightUptake.IN_FLIGHT, 16, 1, 1, 3, turned.endless(), request -> 2);
    turned.steps(2);
    assertThat(turned.worker.activity()).isEqualTo(Activity.WAITING_FOR_WEIGHTS);
    turned.commit(0, Map.of());
    turned.steps(6);
    assertThat(turned.trajectories(6)).hasSize(6);
    assertThat(turned.engine.submitted).hasSize(6);
    assertThat(turned.worker.activity()).isEqualTo(Activity.WAITING_AT_GATE);
    assertThat(turned.worker.backlog()).contains(6L);
    TreeMap<String, Long> consumed = new TreeMap<>();
    turned.kafka.records(turned.kafka.topics().trajectories().name()).stream()
        .limit(3)
        .forEach(record -> consumed.put(Integer.toString(record.partition()), record.offset() + 1));
    turned.commit(1, consumed);
    turned.steps(6);
    List<Trajectory> all = turned.trajectories(9);
    assertThat(all.stream().filter(t -> t.getVersions().get(0).getVersion() == 1)).hasSize(3);
    assertThat(turned.engine.submitted).hasSize(9);
  }

  @Test
  void aFinishedResponseIsHeldBackWhileItWouldMakeAnOlderOneLate() {
    // One batch of two in advance: the long first response must be in the update after next.
    turned.build(
        WeightUptake.IN_FLIGHT,
        4,
        1,
        1,
        2,
        turned.endless(),
        request -> request.id().endsWith("-0/0") ? 12 : 1);
    turned.commit(0, Map.of());
    turned.steps(4);
    List<Trajectory> first = turned.trajectories(3);
    assertThat(turned.engine.submitted).hasSize(4);
    Map<String, Long> consumed = turned.consumed(2);
    turned.commit(1, consumed);
    turned.steps(4);
    assertThat(turned.engine.submitted).hasSize(6);
    // Version 1 plus a batch of two is the last update for the long one: one place is its own.
    assertThat(turned.trajectories(3)).hasSameSizeAs(first);
    turned.steps(8);
    List<Trajectory> all = turned.trajectories(6);
    assertThat(all.stream().filter(t -> t.getVersions().size() > 1)).hasSize(1);
  }

  @Test
  void whatTheCurriculumPassesOverIsDoneWithAndAnotherTaskIsAsked() {
    turned.curriculum = new Curriculum.Bounds(0, 0.9, 0);
    WeightVersion solved = new WeightVersion();
    solved.setOutcomes(List.of(new TaskOutcome("a", 8, 8), new TaskOutcome("b", 8, 7)));
    turned.rates.note(solved);
    turned.build(WeightUptake.IN_FLIGHT, 8, 1, 0, 8, turned.tasks("a@2", "b@2", "c"), request -> 4);
    turned.commit(7, Map.of());
    turned.steps(8);
    assertThat(turned.trajectories(2))
        .extracting(Trajectory::getTaskId)
        .containsExactly("b@2", "c");
    assertThat(turned.finished).extracting(Task::getTaskId).contains("a@2", "b@2", "c");
  }

  @Test
  void recordsAreComplete() throws Exception {
    turned.build(WeightUptake.IN_FLIGHT, 8, 3, 0, 8, turned.tasks("a", "b"), request -> 4);
    turned.commit(7, Map.of());
    while (turned.worker.step()) {
      assertThat(turned.engine.submitted).hasSizeLessThanOrEqualTo(6);
    }
    List<Trajectory> all = turned.trajectories(6);
    assertThat(all).extracting(Trajectory::getGroupId).containsOnly("run-0", "run-1");
    assertThat(all).extracting(Trajectory::getTrajectoryId).doesNotHaveDuplicates();
    assertThat(all).extracting(Trajectory::getSeed).doesNotHaveDuplicates();
    assertThat(turned.finished).extracting(Task::getTaskId).containsExactlyInAnyOrder("a", "b");
    Trajectory one = all.get(0);
    assertThat(one.getSeed())
        .isEqualTo(
            RolloutSeed.of(
                5, one.getTaskId(), one.getTrajectoryId().charAt("run-0/".length()) - '0'));
    assertThat(one.getGroupSize()).isEqualTo(3);
    assertThat(one.getProducerId()).isEqualTo("me");
    assertThat(one.getResponseText()).isEqualTo("aaaa");
    assertThat(one.getTokenCharEnds().remaining()).isEqualTo(4 * Integer.BYTES);
    assertThat(one.getSampling()).isEqualTo(new io.sapo.schemas.Sampling(0.9, 0.95, 40, 100));
    assertThat(one.getAnswer()).isEqualTo("1");
    assertThat(one.getVerifier()).isEqualTo("exact");
    assertThat(one.getVersions()).containsExactly(new VersionRun(7L, 4));
    turned
        .kafka
        .records(turned.kafka.topics().trajectories().name())
        .forEach(
            record ->
                assertThat(new String(record.key()))
                    .isEqualTo(
                        turned
                            .kafka
                            .topics()
                            .trajectories()
                            .codec()
                            .decode(record.value())
                            .getGroupId()));
  }

  @Test
  void tasksThatCannotBeReadOrPromptedBecomeDeadLettersAndAreSkipped() {
    Deque<Object> script = new ArrayDeque<>();
    script.add(
        new TaskFormatException(
            "f.jsonl, line 3: bad", null, new RefusedTask("f.jsonl", -1, 3, null, new byte[] {9})));
    Task tooLong = TurnedWorker.task("long");
    tooLong.setPrompt("x".repeat(500));
    tooLong.setSource("f.jsonl");
    script.add(tooLong);
    script.add(TurnedWorker.task("good"));
    turned.build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, turned.scripted(script), request -> 1);
    turned.commit(0, Map.of());
    turned.steps(3);
    assertThat(turned.trajectories(1)).extracting(Trajectory::getTaskId).containsExactly("good");
    var letters = turned.kafka.records(turned.kafka.topics().deadLetters());
    assertThat(letters)
        .extracting(letter -> DeadLetters.header(letter.headers(), DeadLetters.REASON).orElse(""))
        .containsExactly("unreadable-task", "prompt-too-long");
    assertThat(letters.get(0).value()).isEqualTo(new byte[] {9});
    assertThat(DeadLetters.header(letters.get(0).headers(), DeadLetters.SOURCE_OFFSET))
        .contains("3");
    assertThat(turned.kafka.topics().tasks().codec().decode(letters.get(1).value()).getTaskId())
        .isEqualTo("long");
    assertThat(turned.finished).contains(tooLong);
  }

  @Test
  void aSourceOfWhichNothingCanBePromptedEndsTheWorkWithTheReason() {
    TaskSource unpromptable =
        turned.new ListedTasks() {
          @Override
          public Optional<Task> next() {
            Task task = TurnedWorker.task("t");
            task.setPrompt("x".repeat(500));
            return Optional.of(task);
          }
        };
    turned.build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, unpromptable, request -> 1);
    turned.commit(0, Map.of());
    assertThatThrownBy(() -> turned.steps(1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("100 tasks")
        .hasMessageContaining("501 tokens");
  }

  @Test
  void tasksWhoseResponsesArePublishedLastAreFinishedToo() {
    turned.build(WeightUptake.IN_FLIGHT, 4, 1, 1, 8, turned.endless(), request -> 1);
    turned.commit(0, Map.of());
    turned.steps(1);
    assertThat(turned.finished).isEmpty();
    turned.worker.stop();
    turned.worker.run();
    assertThat(turned.trajectories(4)).hasSize(4);
    assertThat(turned.finished).extracting(Task::getTaskId).containsExactly("t0", "t1", "t2", "t3");
  }

  @Test
  void pausedProducersStartNothing() {
    turned.build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, turned.endless(), request -> 1);
    turned.commit(0, Map.of());
    QueueView open = turned.view.orElseThrow();
    turned.view = Optional.of(TurnedWorker.queue(List.of("me"), 0, false, Optional.of("someone")));
    turned.steps(2);
    assertThat(turned.engine.submitted).isEmpty();
    assertThat(turned.worker.activity()).isEqualTo(Activity.PAUSED);
    turned.view = Optional.of(open);
    turned.steps(1);
    assertThat(turned.engine.submitted).hasSize(2);
  }

  /** Whoever waits for the rest of it would give it up. */
  @Test
  void aGroupThatHasBegunIsCompletedThoughProducersPause() {
    turned.build(WeightUptake.IN_FLIGHT, 2, 4, 0, 8, turned.endless(), request -> 1);
    turned.commit(0, Map.of());
    turned.view = Optional.of(TurnedWorker.queue(List.of("me"), 0, true, Optional.empty()));
    turned.steps(1);
    assertThat(turned.engine.submitted).hasSize(2);
    turned.view = Optional.of(TurnedWorker.queue(List.of("me"), 0, true, Optional.of("someone")));
    turned.steps(3);
    assertThat(turned.engine.submitted).hasSize(4);
    assertThat(turned.worker.activity()).isEqualTo(Activity.PAUSED);
  }

  @Test
  void whatTheEngineDoesNotTakeIsRefusedAndOthersGoOn() {
    turned.build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, turned.endless(), request -> 1);
    turned.engine.refuses = 1;
    turned.commit(0, Map.of());
    turned.steps(3);
    assertThat(turned.trajectories(4))
        .extracting(Trajectory::getTaskId)
        .containsExactly("t1", "t2", "t3", "t4");
    var letters = turned.kafka.records(turned.kafka.topics().deadLetters());
    assertThat(letters).hasSize(1);
    assertThat(DeadLetters.header(letters.get(0).headers(), DeadLetters.DETAIL).orElse(""))
        .contains("not for this engine");
  }

  @Test
  void aProducerThatJoinsStartsNothingUntilTheOthersCountIt() {
    turned.build(WeightUptake.IN_FLIGHT, 4, 1, 1, 4, turned.endless(), request -> 100);
    turned.commit(0, Map.of());
    List<String> both = List.of("me", "other");
    turned.view = Optional.of(TurnedWorker.queue(both, 5, false, Optional.empty()));
    turned.steps(2);
    assertThat(turned.engine.submitted).isEmpty();
    turned.view = Optional.of(TurnedWorker.queue(both, 5, true, Optional.empty()));
    turned.steps(2);
    assertThat(turned.engine.submitted).as("8 in all, 5 are the other's").hasSize(3);
  }
}
