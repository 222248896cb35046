package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.util.NativeResource;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TinyModel;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.rollout.RolloutMetrics.Activity;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.PassRates;
import io.sapo.producer.task.RefusedTask;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Task;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop turned by hand, on a real topic, with an engine whose responses have set lengths. */
class RolloutWorkerTest {
  private static final Sampling SAMPLING = new Sampling(0.9, 0.95, 40, 100);

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;

  private KafkaFixture kafka;
  private final Closer resources = new Closer();
  private final Deque<FollowedWeights> arriving = new ArrayDeque<>();
  private final List<Task> finished = new ArrayList<>();
  private TrajectoryPublisher publisher;
  private final PassRates rates = new PassRates();
  private Curriculum.Bounds curriculum = Curriculum.Bounds.NONE;
  private Optional<WeightVersion> newest = Optional.empty();
  private Optional<QueueView> view;
  private ScriptedEngine engine;
  private WeightsInUse weights;
  private RolloutWorker worker;

  @BeforeAll
  static void writeModel() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
  }

  @BeforeEach
  void open() throws Exception {
    kafka = resources.add(new KafkaFixture());
    publisher = resources.add(new TrajectoryPublisher(kafka.clientConfig(), kafka.topics()));
    view =
        Optional.of(
            new QueueView(
                new TreeMap<>(),
                new TreeMap<>(Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L)),
                Map.of(),
                Optional.empty(),
                List.of("me"),
                0,
                true,
                Optional.empty()));
  }

  @AfterEach
  void close() {
    resources.close();
  }

  @Test
  void inFlightGoesOnWithNewWeightsInTheMiddleOfAResponse() {
    build(WeightUptake.IN_FLIGHT, 4, 1, 0, 8, tasks("a", "b"), request -> 5);
    Weights v0 = commit(0, Map.of());
    steps(2);
    commit(1, Map.of());
    steps(5);
    for (Trajectory trajectory : trajectories(2)) {
      assertThat(trajectory.getVersions())
          .containsExactly(new VersionRun(0L, 2), new VersionRun(1L, 3));
    }
    assertThat(freed(v0)).isTrue();
  }

  @Test
  void drainEndsRunningResponsesFirstAndStartsNoneMeanwhile() {
    build(
        WeightUptake.DRAIN,
        2,
        1,
        2,
        8,
        tasks("a", "b", "c", "d"),
        request -> request.id().endsWith("-0/0") ? 3 : 5);
    Weights v0 = commit(0, Map.of());
    steps(2);
    Weights v1 = commit(1, Map.of());
    steps(2);
    assertThat(engine.submitted).hasSize(2);
    Weights v2 = commit(2, Map.of());
    assertThat(freed(v0)).isFalse();
    steps(8);
    List<Trajectory> all = trajectories(4);
    assertThat(all)
        .extracting(Trajectory::getVersions)
        .containsExactlyInAnyOrder(
            List.of(new VersionRun(0L, 3)),
            List.of(new VersionRun(0L, 5)),
            List.of(new VersionRun(2L, 5)),
            List.of(new VersionRun(2L, 5)));
    assertThat(freed(v0)).isTrue();
    assertThat(freed(v1)).isTrue();
    assertThat(freed(v2)).isFalse();
  }

  @Test
  void theGateClosesAtTheBoundAndOpensWithWhatIsConsumed() {
    build(WeightUptake.IN_FLIGHT, 16, 1, 1, 3, endless(), request -> 2);
    steps(2);
    assertThat(worker.activity()).isEqualTo(Activity.WAITING_FOR_WEIGHTS);
    commit(0, Map.of());
    steps(6);
    assertThat(trajectories(6)).hasSize(6);
    assertThat(engine.submitted).hasSize(6);
    assertThat(worker.activity()).isEqualTo(Activity.WAITING_AT_GATE);
    assertThat(worker.backlog()).contains(6L);
    TreeMap<String, Long> consumed = new TreeMap<>();
    kafka.records(kafka.topics().trajectories().name()).stream()
        .limit(3)
        .forEach(record -> consumed.put(Integer.toString(record.partition()), record.offset() + 1));
    commit(1, consumed);
    steps(6);
    List<Trajectory> all = trajectories(9);
    assertThat(all.stream().filter(t -> t.getVersions().get(0).getVersion() == 1)).hasSize(3);
    assertThat(engine.submitted).hasSize(9);
  }

  @Test
  void aFinishedResponseIsHeldBackWhileItWouldMakeAnOlderOneLate() {
    // One batch of two in advance: the long first response must be in the update after next.
    build(
        WeightUptake.IN_FLIGHT,
        4,
        1,
        1,
        2,
        endless(),
        request -> request.id().endsWith("-0/0") ? 12 : 1);
    commit(0, Map.of());
    steps(4);
    List<Trajectory> first = trajectories(3);
    assertThat(engine.submitted).hasSize(4);
    Map<String, Long> consumed = consumed(2);
    commit(1, consumed);
    steps(4);
    assertThat(engine.submitted).hasSize(6);
    // Version 1 plus a batch of two is the last update for the long one: one place is its own.
    assertThat(trajectories(3)).hasSameSizeAs(first);
    steps(8);
    List<Trajectory> all = trajectories(6);
    assertThat(all.stream().filter(t -> t.getVersions().size() > 1)).hasSize(1);
  }

  @Test
  void whatTheCurriculumPassesOverIsDoneWithAndAnotherTaskIsAsked() {
    curriculum = new Curriculum.Bounds(0, 0.9, 0);
    WeightVersion solved = new WeightVersion();
    solved.setOutcomes(List.of(new TaskOutcome("a", 8, 8), new TaskOutcome("b", 8, 7)));
    rates.note(solved);
    build(WeightUptake.IN_FLIGHT, 8, 1, 0, 8, tasks("a@2", "b@2", "c"), request -> 4);
    commit(7, Map.of());
    steps(8);
    assertThat(trajectories(2)).extracting(Trajectory::getTaskId).containsExactly("b@2", "c");
    assertThat(finished).extracting(Task::getTaskId).contains("a@2", "b@2", "c");
  }

  @Test
  void recordsAreComplete() throws Exception {
    build(WeightUptake.IN_FLIGHT, 8, 3, 0, 8, tasks("a", "b"), request -> 4);
    commit(7, Map.of());
    while (worker.step()) {
      assertThat(engine.submitted).hasSizeLessThanOrEqualTo(6);
    }
    List<Trajectory> all = trajectories(6);
    assertThat(all).extracting(Trajectory::getGroupId).containsOnly("run-0", "run-1");
    assertThat(all).extracting(Trajectory::getTrajectoryId).doesNotHaveDuplicates();
    assertThat(all).extracting(Trajectory::getSeed).doesNotHaveDuplicates();
    assertThat(finished).extracting(Task::getTaskId).containsExactlyInAnyOrder("a", "b");
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
    kafka
        .records(kafka.topics().trajectories().name())
        .forEach(
            record ->
                assertThat(new String(record.key()))
                    .isEqualTo(
                        kafka.topics().trajectories().codec().decode(record.value()).getGroupId()));
  }

  @Test
  void tasksThatCannotBeReadOrPromptedBecomeDeadLettersAndAreSkipped() {
    Deque<Object> script = new ArrayDeque<>();
    script.add(
        new TaskFormatException(
            "f.jsonl, line 3: bad", null, new RefusedTask("f.jsonl", -1, 3, null, new byte[] {9})));
    Task tooLong = task("long");
    tooLong.setPrompt("x".repeat(500));
    tooLong.setSource("f.jsonl");
    script.add(tooLong);
    script.add(task("good"));
    build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, scripted(script), request -> 1);
    commit(0, Map.of());
    steps(3);
    assertThat(trajectories(1)).extracting(Trajectory::getTaskId).containsExactly("good");
    var letters = kafka.records(kafka.topics().deadLetters());
    assertThat(letters)
        .extracting(letter -> DeadLetters.header(letter.headers(), DeadLetters.REASON).orElse(""))
        .containsExactly("unreadable-task", "prompt-too-long");
    assertThat(letters.get(0).value()).isEqualTo(new byte[] {9});
    assertThat(DeadLetters.header(letters.get(0).headers(), DeadLetters.SOURCE_OFFSET))
        .contains("3");
    assertThat(kafka.topics().tasks().codec().decode(letters.get(1).value()).getTaskId())
        .isEqualTo("long");
    assertThat(finished).contains(tooLong);
  }

  @Test
  void aSourceOfWhichNothingCanBePromptedEndsTheWorkWithTheReason() {
    TaskSource unpromptable =
        new ListedTasks() {
          @Override
          public Optional<Task> next() {
            Task task = task("t");
            task.setPrompt("x".repeat(500));
            return Optional.of(task);
          }
        };
    build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, unpromptable, request -> 1);
    commit(0, Map.of());
    assertThatThrownBy(() -> steps(1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("100 tasks")
        .hasMessageContaining("501 tokens");
  }

  @Test
  void pausedProducersStartNothing() {
    build(WeightUptake.IN_FLIGHT, 2, 1, 0, 8, endless(), request -> 1);
    commit(0, Map.of());
    QueueView open = view.orElseThrow();
    view =
        Optional.of(
            new QueueView(
                new TreeMap<>(),
                open.ends(),
                open.refused(),
                open.batch(),
                open.producers(),
                0,
                false,
                Optional.of("someone")));
    steps(2);
    assertThat(engine.submitted).isEmpty();
    assertThat(worker.activity()).isEqualTo(Activity.PAUSED);
    view = Optional.of(open);
    steps(1);
    assertThat(engine.submitted).hasSize(2);
  }

  @Test
  void whoHasJustComeWaitsForTheOthersToMakeRoom() {
    build(WeightUptake.IN_FLIGHT, 4, 1, 1, 4, endless(), request -> 100);
    commit(0, Map.of());
    QueueView alone = view.orElseThrow();
    List<String> both = List.of("me", "other");
    view =
        Optional.of(
            new QueueView(
                new TreeMap<>(),
                alone.ends(),
                alone.refused(),
                alone.batch(),
                both,
                5,
                false,
                Optional.empty()));
    steps(2);
    assertThat(engine.submitted).isEmpty();
    view =
        Optional.of(
            new QueueView(
                new TreeMap<>(),
                alone.ends(),
                alone.refused(),
                alone.batch(),
                both,
                5,
                true,
                Optional.empty()));
    steps(2);
    assertThat(engine.submitted).as("8 in all, 5 are the other's").hasSize(3);
  }

  private void build(
      WeightUptake uptake,
      int slots,
      int groupSize,
      int eta,
      int batchSize,
      TaskSource source,
      ToIntFunction<GenerationRequest> length) {
    engine = new ScriptedEngine(slots, length);
    weights = resources.add(new WeightsInUse(() -> Optional.ofNullable(arriving.poll()), uptake));
    CheckpointProfile profile =
        resources.add(CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT));
    RolloutMetrics metrics = new RolloutMetrics();
    worker =
        new RolloutWorker(
            engine,
            weights,
            new RolloutQueue(
                source,
                new Curriculum(curriculum, rates, 5),
                new PromptBuilder(profile, 100, PictureSettings.INLINE),
                publisher,
                metrics,
                "run-",
                groupSize,
                5),
            new QueueGate(
                new StalenessGate(eta, batchSize, 1), "me", () -> newest, () -> view, publisher),
            publisher,
            new TrajectoryAssembler("me", profile.tokenizer(), SAMPLING),
            Clock.systemUTC(),
            metrics);
  }

  /** Makes a version the newest and its weights ready. */
  private Weights commit(long version, Map<String, Long> positions) {
    WeightVersion record = TestLearner.record(version, true, "", 0, 0, version);
    record.setTrajectoryPositions(positions);
    newest = Optional.of(record);
    Weights fresh = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, version, Device.cpu());
    arriving.add(new FollowedWeights(version, fresh, fresh::close));
    return fresh;
  }

  private void steps(int count) {
    for (int i = 0; i < count; i++) {
      worker.step();
      KafkaFixture.await("acknowledgements", () -> publisher.unacknowledged() == 0);
    }
  }

  private List<Trajectory> trajectories(int count) {
    List<Trajectory> all = kafka.values(kafka.topics().trajectories());
    assertThat(all).hasSize(count);
    return all;
  }

  /** Positions after an update that took the first records, as they come by partition. */
  private Map<String, Long> consumed(int count) {
    Map<String, Long> positions = new TreeMap<>();
    kafka.records(kafka.topics().trajectories().name()).stream()
        .limit(count)
        .forEach(
            record -> positions.put(Integer.toString(record.partition()), record.offset() + 1));
    return positions;
  }

  private static boolean freed(Weights weights) {
    return weights.arrays().values().stream()
        .allMatch(array -> ((NativeResource<?>) array).isReleased());
  }

  private TaskSource tasks(String... ids) {
    Deque<Object> script = new ArrayDeque<>();
    for (String id : ids) {
      script.add(task(id));
    }
    return scripted(script);
  }

  private TaskSource scripted(Deque<Object> script) {
    return new ListedTasks() {
      @Override
      public Optional<Task> next() {
        Object next = script.poll();
        if (next instanceof TaskFormatException failure) {
          throw failure;
        }
        return Optional.ofNullable((Task) next);
      }
    };
  }

  private TaskSource endless() {
    return new ListedTasks() {
      private int count;

      @Override
      public Optional<Task> next() {
        return Optional.of(task("t" + count++));
      }
    };
  }

  private abstract class ListedTasks implements TaskSource {
    @Override
    public String name() {
      return "listed";
    }

    @Override
    public void finished(Task task) {
      finished.add(task);
    }
  }

  private static Task task(String id) {
    return Task.newBuilder()
        .setTaskId(id)
        .setPrompt("What is 1?")
        .setPictures(List.of())
        .setAnswer("1")
        .setVerifier("exact")
        .build();
  }
}
