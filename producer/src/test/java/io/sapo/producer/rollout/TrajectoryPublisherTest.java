package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

class TrajectoryPublisherTest {
  private static final int TOPICS = 10;
  private static final int TOKENS = 500;
  private static final int TRAJECTORIES = 400;

  /**
   * A broker may still be opening its logs when it says that it has a topic. With several requests
   * on their way the first is refused then, the second taken, and the first out of order ever
   * after.
   */
  @Test
  void everyTrajectoryArrivesInATopicThatHasOnlyJustBeenMade() throws Exception {
    List<Trajectory> trajectories =
        IntStream.range(0, TRAJECTORIES).mapToObj(TrajectoryPublisherTest::trajectory).toList();
    try (KafkaFixture kafka = new KafkaFixture();
        Admin admin = Admin.create(kafka.clientConfig())) {
      for (int i = 0; i < TOPICS; i++) {
        Topics topics = new Topics("made-now-" + i + ".");
        admin
            .createTopics(List.of(new NewTopic(topics.trajectories().name(), 4, (short) 1)))
            .all()
            .get();
        try (TrajectoryPublisher publisher =
            new TrajectoryPublisher(kafka.clientConfig(), topics)) {
          trajectories.forEach(trajectory -> publisher.publish(trajectory, () -> {}));
          KafkaFixture.await("all are in the log", () -> publisher.unacknowledged() == 0);
          assertThat(publisher.failure()).isNotDone();
        }
        assertThat(kafka.values(topics.trajectories()))
            .extracting(Trajectory::getTrajectoryId)
            .doesNotHaveDuplicates()
            .hasSize(TRAJECTORIES);
      }
    }
  }

  private static Trajectory trajectory(int number) {
    Random random = new Random(number);
    float[] logProbs = new float[TOKENS];
    for (int t = 0; t < TOKENS; t++) {
      logProbs[t] = -random.nextFloat();
    }
    ByteBuffer numbers = PackedArrays.pack(logProbs);
    return Trajectory.newBuilder()
        .setTrajectoryId("t" + number)
        .setGroupId("g" + number)
        .setGroupSize(1)
        .setTaskId("task" + number)
        .setProducerId("me")
        .setPrompt("")
        .setPromptTokens(PackedArrays.pack(new int[] {1}))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(random.ints(TOKENS, 0, 50_000).toArray()))
        .setResponseText("")
        .setTokenCharEnds(PackedArrays.pack(new int[TOKENS]))
        .setLogProbs(numbers)
        .setEntropies(numbers)
        .setVersions(List.of(new VersionRun(0L, TOKENS)))
        .setSampling(new Sampling(1.0, 1.0, 0, TOKENS))
        .setFinishReason(FinishReason.LENGTH)
        .setAnswer("")
        .setVerifier("exact")
        .setSeed(0)
        .setStartedAtMs(0)
        .setFinishedAtMs(1)
        .build();
  }
}
