package io.sapo.segmenter.judge;

import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** Requests and settings to vary. */
final class JudgeCases {
  private JudgeCases() {}

  static JudgeRequest request(String id) {
    return JudgeRequest.newBuilder()
        .setJudge("mine")
        .setTrajectoryId(id)
        .setSourcePartition(0)
        .setSourceOffset(1)
        .setTaskId("task")
        .setPrompt("3+4?")
        .setResponse("3+4\nis 7")
        .setSegmentCharEnds(PackedArrays.pack(new int[] {4, 8}))
        .setAnswer("7")
        .build();
  }

  static JudgeSettings.Effort effort(int batch, int inFlight, Duration deadline, int attempts) {
    return new JudgeSettings.Effort(
        batch,
        inFlight,
        deadline,
        Duration.ofMillis(10),
        Duration.ofMillis(80),
        attempts,
        Duration.ofMinutes(10));
  }

  static JudgeSettings service(URI url, Duration deadline) {
    return new JudgeSettings(
        "mine", url, JudgeSettings.Token.NONE, effort(4, 2, deadline, 3), Optional.empty());
  }

  static Outcome.Judged judged(double reward) {
    return new Outcome.Judged(
        Judgement.newBuilder()
            .setJudge("mine")
            .setVersion("v1")
            .setReward(reward)
            .setCorrect(reward > 0.5)
            .setSegmentRewards(ByteBuffer.allocate(0))
            .build());
  }
}
