package io.sapo.producer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TinyModel;
import io.sapo.schemas.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A small model, an embedded Kafka of each test's own, and what follows weights there. */
abstract class FollowerFixture {
  @TempDir static Path temp;
  private static ModelConfig model;

  KafkaFixture kafka;
  private final List<Weights> opened = new ArrayList<>();

  @BeforeAll
  static void writeModel() throws Exception {
    model = TinyModel.write(temp.resolve("model"), 1).config();
  }

  @BeforeEach
  void open() throws Exception {
    kafka = new KafkaFixture();
  }

  @AfterEach
  void close() {
    opened.forEach(Weights::close);
    kafka.close();
  }

  final WeightFollower follower() {
    WeightFollower follower =
        new WeightFollower(
            kafka.clientConfig(),
            kafka.topics(),
            BaseModel.trainedWhole(model, Device.cpu()),
            () -> {});
    follower.start();
    return follower;
  }

  /** Random weights of one seed with a step of changes on some of them. */
  final Weights weights(long seed, int step) {
    Weights weights = TestLearner.weights(model, seed, step);
    opened.add(weights);
    return weights;
  }

  static void assertHolds(Weights found, Weights expected, ElementType type) {
    if (type == ElementType.F32) {
      assertThat(found.sha256()).isEqualTo(expected.sha256());
      return;
    }
    for (NamedTensor tensor : expected.toTensors()) {
      float[] values = TensorCopy.floats(found.tensor(tensor.name()));
      for (int i = 0; i < values.length; i++) {
        float exact = tensor.values()[i];
        assertThat(Math.abs(values[i] - exact)).isLessThanOrEqualTo(Math.abs(exact) / 256);
      }
    }
  }

  static FollowedWeights await(WeightFollower follower) {
    FollowedWeights[] taken = {null};
    KafkaFixture.await(
        "weights (refused: " + follower.refusals() + ")",
        () -> {
          Optional<FollowedWeights> next = follower.take();
          next.ifPresent(followed -> taken[0] = followed);
          return next.isPresent();
        });
    return taken[0];
  }
}
