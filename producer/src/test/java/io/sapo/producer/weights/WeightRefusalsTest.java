package io.sapo.producer.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.network.Weights;
import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Environment;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Versions that a follower does not use, and what it does after them. */
class WeightRefusalsTest extends FollowerFixture {
  @Test
  void aCorruptedVersionAndWhatBuildsOnItAreRefusedUpToTheNextAnchor() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      Weights good = weights(0, 0);
      learner.publish(good, true);
      try (FollowedWeights inUse = await(follower)) {
        learner.publishDamaged(
            weights(0, 1),
            false,
            chunk -> {
              if (chunk.getChunk() == 0) {
                byte[] changed = new byte[chunk.getPayload().remaining()];
                chunk.getPayload().duplicate().get(changed);
                changed[changed.length - 1] ^= 64;
                chunk.setPayload(ByteBuffer.wrap(changed));
              }
            });
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
      learner.publishChanged(
          weights(0, 0),
          true,
          version -> version.setActorSha256("00" + version.getActorSha256().substring(2)));
      awaitRefusals(follower, 1, "version 0 hashes to");
      assertThat(follower.take()).isEmpty();
    }
  }

  @Test
  void weightsOverAnotherBaseAreRefused() throws Exception {
    try (TestLearner learner = new TestLearner(kafka, ElementType.F32);
        WeightFollower follower = follower()) {
      learner.publishChanged(
          weights(0, 0), true, version -> version.setEnvironment(over("ab".repeat(32))));
      awaitRefusals(follower, 1, "version 0 was trained over base model abab");
      Weights own = weights(0, 1);
      learner.publishChanged(own, true, version -> version.setEnvironment(over("")));
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
      learner.publishDamaged(
          weights(0, 0), true, chunk -> chunk.setTensor("x." + chunk.getTensor()));
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
      learner.publishChanged(weights(0, 0), true, version -> version.setFirstChunkOffset(0));
      awaitRefusals(follower, 2, "weight-chunks-0, offset 0");
      learner.publishChanged(
          weights(0, 1), true, version -> version.setFirstChunkOffset(1_000_000));
      awaitRefusals(follower, 3, "are not there");
      learner.publish(weights(0, 2), true);
      try (FollowedWeights followed = await(follower)) {
        assertThat(followed.version()).isEqualTo(2);
      }
    }
  }

  private static void awaitRefusals(WeightFollower follower, int count, String reason) {
    KafkaFixture.await(count + " refusals", () -> follower.refusals().count() >= count);
    assertThat(follower.refusals().count()).isEqualTo(count);
    assertThat(follower.refusals().last()).contains(reason);
  }
}
