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
import io.sapo.schemas.Environment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightFollowerTest {
  @TempDir static Path temp;
  private static ModelConfig model;

  private KafkaFixture kafka;
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

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void followsLiveThroughDeltasAndLateFromTheAnchor(ElementType type) throws Exception {
    Weights w0 = weights(0, 0);
    Weights w1 = weights(0, 1);
    Weights w2 = weights(0, 2);
    try (TestLearner learner = new TestLearner(kafka, type);
        WeightFollower live = follower()) {
      learner.publish(w0, true);
      try (FollowedWeights first = await(live)) {
        assertThat(first.version()).isZero();
        assertHolds(first.weights(), w0, type);
      }
      learner.publish(w1, false);
      try (FollowedWeights second = await(live)) {
        assertThat(second.version()).isEqualTo(1);
        assertHolds(second.weights(), w1, type);
      }
      learner.publish(w2, false);
      try (WeightFollower late = follower();
          FollowedWeights followedLate = await(late);
          FollowedWeights followedLive = await(live)) {
        assertThat(followedLate.version()).isEqualTo(2);
        assertHolds(followedLate.weights(), w2, type);
        assertThat(followedLive.weights().sha256()).isEqualTo(followedLate.weights().sha256());
        assertThat(late.refusals().count()).isZero();
        assertThat(late.newest().orElseThrow().getVersion()).isEqualTo(2);
      }
    }
  }

  /** Deltas one after another, then more of them than are remembered while one is held. */
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void weightsGivenBackAreWrittenOverWithNewerOnes(ElementType type) throws Exception {
    try (TestLearner learner = new TestLearner(kafka, type);
        WeightFollower follower = follower()) {
      Set<Weights> used = Collections.newSetFromMap(new IdentityHashMap<>());
      learner.publish(weights(0, 0), true);
      FollowedWeights inUse = await(follower);
      for (int step = 1; step <= 12; step++) {
        Weights wanted = weights(0, step);
        learner.publish(wanted, false);
        boolean held = step > 4 && step < 11;
        if (!held) {
          FollowedWeights next = awaitVersion(follower, step);
          used.add(next.weights());
          assertHolds(next.weights(), wanted, type);
          inUse.close();
          inUse = next;
        }
      }
      inUse.close();
      assertThat(used).as("buffers, over ten versions").hasSizeLessThanOrEqualTo(3);
      assertThat(follower.refusals().count()).isZero();
    }
  }

  private static FollowedWeights awaitVersion(WeightFollower follower, long version) {
    while (true) {
      FollowedWeights next = await(follower);
      if (next.version() == version) {
        return next;
      }
      next.close();
    }
  }

  @Test
  void whatLiesReadyIsReplacedByTheNewest() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      Weights newest = weights(0, 3);
      learner.publish(weights(0, 0), true);
      learner.publish(weights(0, 1), true);
      learner.publish(weights(0, 2), false);
      learner.publish(newest, false);
      List<Long> versions = new ArrayList<>();
      KafkaFixture.await(
          "version 3",
          () -> {
            follower
                .take()
                .ifPresent(
                    taken -> {
                      versions.add(taken.version());
                      taken.close();
                    });
            return versions.contains(3L);
          });
      assertThat(versions).isSorted();
      assertThat(follower.take()).isEmpty();
    }
  }

  @Test
  void aCorruptedVersionAndWhatBuildsOnItAreRefusedUpToTheNextAnchor() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      Weights good = weights(0, 0);
      learner.publish(good, true);
      try (FollowedWeights inUse = await(follower)) {
        learner.publish(
            weights(0, 1),
            false,
            Map.of(),
            chunk -> {
              if (chunk.getChunk() == 0) {
                byte[] changed = new byte[chunk.getPayload().remaining()];
                chunk.getPayload().duplicate().get(changed);
                changed[changed.length - 1] ^= 64;
                chunk.setPayload(ByteBuffer.wrap(changed));
              }
              return chunk;
            },
            UnaryOperator.identity());
        awaitRefusals(follower, 1, "version 1, chunk 0");
        learner.publish(weights(0, 2), false);
        awaitRefusals(follower, 2, "version 2 builds on version 1, which was refused");
        assertThat(follower.take()).isEmpty();
        assertHolds(inUse.weights(), good, ElementType.F32);
      }
      Weights anchor = weights(0, 3);
      learner.publish(anchor, true);
      try (FollowedWeights healed = await(follower)) {
        assertThat(healed.version()).isEqualTo(3);
        assertHolds(healed.weights(), anchor, ElementType.F32);
      }
      Weights delta = weights(0, 4);
      learner.publish(delta, false);
      try (FollowedWeights after = await(follower)) {
        assertHolds(after.weights(), delta, ElementType.F32);
      }
    }
  }

  @Test
  void aVersionWhoseWholeHashIsNotTheOneAnnouncedIsRefused() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      learner.publish(
          weights(0, 0),
          true,
          Map.of(),
          UnaryOperator.identity(),
          version -> {
            version.setActorSha256("00" + version.getActorSha256().substring(2));
            return version;
          });
      awaitRefusals(follower, 1, "version 0 hashes to");
      assertThat(follower.take()).isEmpty();
    }
  }

  @Test
  void weightsOverAnotherBaseAreRefused() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      learner.publish(
          weights(0, 0),
          true,
          Map.of(),
          UnaryOperator.identity(),
          version -> {
            version.setEnvironment(over("ab".repeat(32)));
            return version;
          });
      awaitRefusals(follower, 1, "version 0 was trained over base model abab");
      Weights own = weights(0, 1);
      learner.publish(
          own,
          true,
          Map.of(),
          UnaryOperator.identity(),
          version -> {
            version.setEnvironment(over(""));
            return version;
          });
      try (FollowedWeights followed = await(follower)) {
        assertHolds(followed.weights(), own, ElementType.F32);
      }
    }
  }

  private static Environment over(String baseSha256) {
    return Environment.newBuilder()
        .setThreads(1)
        .setLibtorch("")
        .setCpuCapability("")
        .setCpu("")
        .setJdk("")
        .setDevice("cpu")
        .setCode("")
        .setBaseSha256(baseSha256)
        .setTokenizerSha256("")
        .setPreprocessorSha256("")
        .build();
  }

  @Test
  void weightsOfAnotherModelAreRefused() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower();
        Weights critic = Weights.criticFrom(weights(0, 0))) {
      List<NamedTensor> tensors = critic.toTensors();
      assertThat(tensors).extracting(NamedTensor::name).contains("score.weight");
      learner.publish(
          weights(0, 0),
          true,
          Map.of(),
          chunk -> {
            chunk.setTensor("x." + chunk.getTensor());
            return chunk;
          },
          UnaryOperator.identity());
      awaitRefusals(follower, 1, "not of this producer's model");
    }
  }

  @Test
  void undecodableRecordsAreRefusedAndFollowingGoesOn() throws Exception {
    kafka.send(new ProducerRecord<>(kafka.topics().weights().name(), new byte[] {1, 2}));
    kafka.send(new ProducerRecord<>(kafka.topics().weightChunks().name(), new byte[] {1, 2}));
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      awaitRefusals(follower, 1, "weights, offset 0");
      learner.publish(
          weights(0, 0),
          true,
          Map.of(),
          UnaryOperator.identity(),
          version -> {
            version.setFirstChunkOffset(0);
            return version;
          });
      awaitRefusals(follower, 2, "weight-chunks-0, offset 0");
      learner.publish(
          weights(0, 1),
          true,
          Map.of(),
          UnaryOperator.identity(),
          version -> {
            version.setFirstChunkOffset(1_000_000);
            return version;
          });
      awaitRefusals(follower, 3, "are not there");
      learner.publish(weights(0, 2), true);
      try (FollowedWeights followed = await(follower)) {
        assertThat(followed.version()).isEqualTo(2);
      }
    }
  }

  private WeightFollower follower() {
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
  private Weights weights(long seed, int step) {
    Weights weights = TestLearner.weights(model, seed, step);
    opened.add(weights);
    return weights;
  }

  private static void assertHolds(Weights found, Weights expected, ElementType type) {
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

  private static FollowedWeights await(WeightFollower follower) {
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

  private static void awaitRefusals(WeightFollower follower, int count, String reason) {
    KafkaFixture.await(count + " refusals", () -> follower.refusals().count() >= count);
    assertThat(follower.refusals().count()).isEqualTo(count);
    assertThat(follower.refusals().last()).contains(reason);
  }
}
