package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.TinyModel;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.Status;
import io.sapo.schemas.Trajectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A whole producer on a real broker, with a random model that looks at pictures. */
abstract class RunningProducer {
  static final int BATCH = 6;

  @TempDir static Path temp;
  static CheckpointFolder checkpoint;

  private final Closer resources = new Closer();
  KafkaFixture kafka;
  TestLearner learner;

  @BeforeAll
  static void writeModel() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
  }

  @BeforeEach
  void open() throws Exception {
    kafka = resources.add(new KafkaFixture());
    learner = resources.add(new TestLearner(kafka, ElementType.F32));
  }

  @AfterEach
  void close() {
    resources.close();
  }

  RolloutProducer start(ProducerConfig config) {
    RolloutProducer producer =
        RolloutProducer.open(config, checkpoint, base(), kafka.topics(), kafka.clientConfig());
    producer.start();
    return producer;
  }

  static ProducerConfig config(String instance, long seed) {
    return new ProducerConfig(
        new HeartbeatSettings(instance, Duration.ofMillis(200)),
        TaskSpec.of("figures"),
        Curriculum.Bounds.NONE,
        seed,
        new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 400),
        new RolloutSettings(Sampling.at(1, 12), 1, 4, 3, WeightUptake.IN_FLIGHT, "cpu"),
        new StalenessBound(1, BATCH, 1),
        EngineSettings.BUILTIN);
  }

  Weights weights(long seed) {
    return resources.add(
        Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, seed, Device.cpu()));
  }

  List<Trajectory> await(int count) {
    KafkaFixture.await(
        count + " trajectories",
        () -> kafka.records(kafka.topics().trajectories().name()).size() >= count);
    List<Trajectory> all = kafka.values(kafka.topics().trajectories());
    assertThat(all).hasSize(count);
    return all;
  }

  Status awaitStatus(Predicate<Status> wanted) {
    List<Status> seen = new ArrayList<>();
    KafkaFixture.await(
        "the status wanted",
        () -> {
          List<Status> all = kafka.values(kafka.topics().status());
          seen.clear();
          if (!all.isEmpty() && wanted.test(all.get(all.size() - 1))) {
            seen.add(all.get(all.size() - 1));
          }
          return !seen.isEmpty();
        });
    return seen.get(0);
  }

  static BaseModel base() {
    return BaseModel.trainedWhole(checkpoint.config(), Device.cpu());
  }
}
