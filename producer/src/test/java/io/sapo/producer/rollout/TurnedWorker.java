package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.sapo.producer.WeightUptake;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.PassRates;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.Task;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * A rollout worker that tests turn by hand, on a real topic, with an engine whose responses have
 * set lengths.
 */
final class TurnedWorker implements AutoCloseable {
  private static final Sampling SAMPLING = new Sampling(0.9, 0.95, 40, 100);

  final KafkaFixture kafka;
  final List<Task> finished = new ArrayList<>();
  final PassRates rates = new PassRates(id -> id.replaceFirst("@\\d+$", ""));
  Curriculum.Bounds curriculum = Curriculum.Bounds.NONE;
  Optional<QueueView> view;
  ScriptedEngine engine;
  RolloutWorker worker;

  private final CheckpointFolder checkpoint;
  private final Closer resources = new Closer();
  private final Deque<FollowedWeights> arriving = new ArrayDeque<>();
  private final TrajectoryPublisher publisher;
  private Optional<WeightVersion> newest = Optional.empty();

  TurnedWorker(CheckpointFolder checkpoint) throws Exception {
    this.checkpoint = checkpoint;
    kafka = resources.add(new KafkaFixture());
    publisher = resources.add(new TrajectoryPublisher(kafka.clientConfig(), kafka.topics()));
    view = Optional.of(queue(List.of("me"), 0, true, Optional.empty()));
  }

  /**
   * The queue's topics are empty.
   *
   * @param others rollouts of other producers that are not published
   */
  static QueueView queue(
      List<String> producers, int others, boolean joined, Optional<String> pausedBy) {
    return new QueueView(
        new TreeMap<>(),
        new TreeMap<>(Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L)),
        Map.of(),
        Optional.empty(),
        producers,
        others,
        joined,
        pausedBy);
  }

  @Override
  public void close() {
    resources.close();
  }

  void build(
      WeightUptake uptake,
      int slots,
      int groupSize,
      int eta,
      int batchSize,
      TaskSource source,
      ToIntFunction<GenerationRequest> length) {
    engine = new ScriptedEngine(slots, length);
    WeightsInUse weights =
        resources.add(new WeightsInUse(() -> Optional.ofNullable(arriving.poll()), uptake));
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
  Weights commit(long version, Map<String, Long> positions) {
    WeightVersion record = TestLearner.record(version, true, "", 0, 0, version);
    record.setTrajectoryPositions(positions);
    newest = Optional.of(record);
    Weights fresh = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, version, Device.cpu());
    arriving.add(new FollowedWeights(version, fresh, fresh::close));
    return fresh;
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      worker.step();
      KafkaFixture.await("acknowledgements", () -> publisher.unacknowledged() == 0);
    }
  }

  List<Trajectory> trajectories(int count) {
    List<Trajectory> all = kafka.values(kafka.topics().trajectories());
    assertThat(all).hasSize(count);
    return all;
  }

  /** Positions after an update that took the first records, as they come by partition. */
  Map<String, Long> consumed(int count) {
    Map<String, Long> positions = new TreeMap<>();
    kafka.records(kafka.topics().trajectories().name()).stream()
        .limit(count)
        .forEach(
            record -> positions.put(Integer.toString(record.partition()), record.offset() + 1));
    return positions;
  }

  static boolean freed(Weights weights) {
    return weights.arrays().values().stream()
        .allMatch(array -> ((NativeResource<?>) array).isReleased());
  }

  TaskSource tasks(String... ids) {
    Deque<Object> script = new ArrayDeque<>();
    for (String id : ids) {
      script.add(task(id));
    }
    return scripted(script);
  }

  TaskSource scripted(Deque<Object> script) {
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

  TaskSource endless() {
    return new ListedTasks() {
      private int count;

      @Override
      public Optional<Task> next() {
        return Optional.of(task("t" + count++));
      }
    };
  }

  abstract class ListedTasks implements TaskSource {
    @Override
    public String name() {
      return "listed";
    }

    @Override
    public void finished(Task task) {
      finished.add(task);
    }
  }

  static Task task(String id) {
    return Task.newBuilder()
        .setTaskId(id)
        .setPrompt("What is 1?")
        .setPictures(List.of())
        .setAnswer("1")
        .setVerifier("exact")
        .build();
  }
}
