package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Status;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a producer generates, and how much. */
class RolloutProducerTest extends RunningProducer {
  private static final int PICTURE_TOKEN = 262;

  @Test
  void generatesUpToTheBoundGoesOnAfterAnUpdateAndAfterARestart() throws Exception {
    learner.publish(weights(0), true);
    List<Trajectory> all;
    try (RolloutProducer producer = start(config("one", 1))) {
      all = await(2 * BATCH);
      awaitStatus(status -> status.getMessage().contains("12 trajectories are not consumed"));
      all.forEach(RolloutProducerTest::assertWellFormed);
      assertThat(all).allMatch(t -> t.getVersions().equals(run(0, t)));
      learner.publish(weights(1), false, consumed(BATCH));
      all = await(3 * BATCH);
      assertThat(all).filteredOn(t -> !t.getVersions().equals(run(0, t))).hasSize(BATCH);
      assertThat(producer.done()).isNotDone();
    }
    Status last = awaitStatus(status -> status.getState().equals("stopped"));
    assertThat(last.getInstance()).isEqualTo("one");
    assertThat(last.getVersion()).isEqualTo(1);
    assertThat(last.getGauges()).containsEntry("trajectories_total", 3.0 * BATCH);
    learner.publish(weights(2), false, consumed(2 * BATCH));
    try (RolloutProducer again = start(config("two", 2))) {
      all = await(4 * BATCH);
      awaitStatus(
          status -> status.getMessage().contains("12 trajectories") && status.getVersion() == 2);
      assertThat(again.done()).isNotDone();
    }
    assertThat(all).extracting(Trajectory::getTrajectoryId).doesNotHaveDuplicates();
  }

  @Test
  void sameSeedAndWeightsGiveTheSameTokens() throws Exception {
    learner.publish(weights(0), true);
    Map<String, int[]> first;
    try (RolloutProducer producer = start(config("one", 1))) {
      first = tokensByTask(await(2 * BATCH));
      assertThat(producer.done()).isNotDone();
    }
    try (KafkaFixture other = new KafkaFixture();
        TestLearner otherLearner = new TestLearner(other, ElementType.F32)) {
      otherLearner.publish(weights(0), true);
      ProducerConfig config = config("elsewhere", 1);
      try (RolloutProducer producer =
          RolloutProducer.open(config, checkpoint, base(), other.topics(), other.clientConfig())) {
        producer.start();
        KafkaFixture.await(
            "trajectories",
            () -> other.records(other.topics().trajectories().name()).size() == 2 * BATCH);
        Map<String, int[]> second = tokensByTask(other.values(other.topics().trajectories()));
        assertThat(second.keySet()).isEqualTo(first.keySet());
        first.forEach((task, tokens) -> assertThat(second.get(task)).containsExactly(tokens));
      }
    }
  }

  @Test
  void twoProducersShareTheRoom() throws Exception {
    learner.publish(weights(0), true);
    try (RolloutProducer one = start(config("one", 1));
        RolloutProducer two = start(config("two", 2))) {
      KafkaFixture.await(
          "trajectories",
          () -> kafka.records(kafka.topics().trajectories().name()).size() >= 2 * BATCH);
      awaitStatus(
          status ->
              status.getGauges().getOrDefault("producers", 0.0) == 2
                  && status.getMessage().contains("staleness gate"));
      assertThat(one.done()).isNotDone();
      assertThat(two.done()).isNotDone();
    }
  }

  @Test
  void whatDoesNotFitTheModelIsSaidOnOpening() {
    ProducerConfig tooLong =
        new ProducerConfig(
            new HeartbeatSettings("one", Duration.ofMillis(200)),
            TaskSpec.of("figures"),
            Curriculum.Bounds.NONE,
            1,
            new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 1_000),
            new RolloutSettings(Sampling.at(1, 100), 1, 4, 4, WeightUptake.IN_FLIGHT, "cpu"),
            new StalenessBound(1, BATCH, 1),
            EngineSettings.BUILTIN);
    assertThatThrownBy(
            () ->
                RolloutProducer.open(
                    tooLong, checkpoint, base(), kafka.topics(), kafka.clientConfig()))
        .hasMessageContaining("1000 prompt tokens and 100 new ones")
        .hasMessageContaining("1024");
    assertThatThrownBy(
            () ->
                new ProducerConfig(
                    new HeartbeatSettings(" ", Duration.ofMillis(200)),
                    TaskSpec.of("figures"),
                    Curriculum.Bounds.NONE,
                    1,
                    new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 10),
                    new RolloutSettings(
                        Sampling.at(1, 10), 100, 0, 4, WeightUptake.IN_FLIGHT, "tpu"),
                    new StalenessBound(1, 2, 1),
                    EngineSettings.BUILTIN))
        .hasMessageContaining("instance")
        .hasMessageContaining("slots")
        .hasMessageContaining("group size")
        .hasMessageContaining("tpu");
  }

  /** Positions after updates that took the first records, as they come by partition. */
  private Map<String, Long> consumed(int count) {
    Map<String, Long> positions = new TreeMap<>();
    kafka.records(kafka.topics().trajectories().name()).stream()
        .limit(count)
        .forEach(
            record -> positions.put(Integer.toString(record.partition()), record.offset() + 1));
    return positions;
  }

  private static Map<String, int[]> tokensByTask(List<Trajectory> trajectories) {
    Map<String, int[]> tokens = new TreeMap<>();
    trajectories.forEach(t -> tokens.put(t.getTaskId(), PackedArrays.ints(t.getResponseTokens())));
    return tokens;
  }

  private static List<VersionRun> run(long version, Trajectory trajectory) {
    return List.of(
        new VersionRun(version, PackedArrays.ints(trajectory.getResponseTokens()).length));
  }

  private static void assertWellFormed(Trajectory trajectory) {
    int[] response = PackedArrays.ints(trajectory.getResponseTokens());
    float[] logProbs = PackedArrays.floats(trajectory.getLogProbs());
    float[] entropies = PackedArrays.floats(trajectory.getEntropies());
    int[] ends = PackedArrays.ints(trajectory.getTokenCharEnds());
    ModelConfig model = checkpoint.config();
    assertThat(response).hasSizeBetween(1, 12).doesNotContain(PICTURE_TOKEN);
    assertThat(logProbs).hasSize(response.length);
    assertThat(entropies).hasSize(response.length);
    assertThat(ends).hasSize(response.length);
    assertThat(ends[ends.length - 1]).isEqualTo(trajectory.getResponseText().length());
    for (int i = 0; i < response.length; i++) {
      assertThat(logProbs[i]).isNegative().isFinite();
      assertThat(entropies[i]).isBetween(0f, (float) Math.log(model.vocabSize()));
    }
    assertThat(PackedArrays.ints(trajectory.getPromptTokens())).contains(PICTURE_TOKEN);
    assertThat(trajectory.getPictures()).hasSize(1);
    assertThat(trajectory.getGroupSize()).isEqualTo(1);
    assertThat(trajectory.getVerifier()).isEqualTo("gsm8k");
    assertThat(trajectory.getStartedAtMs()).isLessThanOrEqualTo(trajectory.getFinishedAtMs());
  }
}
