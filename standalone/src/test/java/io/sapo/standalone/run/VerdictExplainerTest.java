package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.run.Explainer.Reasons;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictExplainerTest {
  /** What the segmenter has judged: the model's turns of a conversation, not those of others. */
  @Test
  void explainedIsWhatTheModelWrote() {
    VerdictExplainer explainer = new VerdictExplainer(Verifiers.load(VerifierSettings.DEFAULT));

    Reasons reasons = explainer.explain(conversation()).orElseThrow();

    assertThat(reasons.found()).isEqualTo("18");
    assertThat(reasons.agrees()).isTrue();
  }

  /** Two tokens: the model's right answer, and what a tool printed. */
  private static SegmentedTrajectory conversation() {
    Trajectory trajectory =
        Trajectory.newBuilder()
            .setTrajectoryId("a")
            .setGroupId("a")
            .setGroupSize(1)
            .setTaskId("a")
            .setProducerId("gateway")
            .setPrompt("9+9?")
            .setPromptTokens(PackedArrays.pack(new int[] {1}))
            .setPictures(List.of())
            .setResponseTokens(PackedArrays.pack(new int[] {2, 3}))
            .setResponseText("#### 18\n#### 7")
            .setTokenCharEnds(PackedArrays.pack(new int[] {8, 14}))
            .setLogProbs(PackedArrays.pack(new float[2]))
            .setEntropies(PackedArrays.pack(new float[2]))
            .setVersions(List.of(new VersionRun(1L, 2)))
            .setLossMask(ByteBuffer.wrap(new byte[] {1, 0}))
            .setSampling(new Sampling(1.0, 1.0, 0, 64))
            .setFinishReason(FinishReason.STOP)
            .setAnswer("18")
            .setVerifier("gsm8k")
            .setSeed(1)
            .setStartedAtMs(1)
            .setFinishedAtMs(2)
            .build();
    return SegmentedTrajectory.newBuilder()
        .setTrajectory(trajectory)
        .setSourcePartition(0)
        .setSourceOffset(0)
        .setStrategy("newline")
        .setSegmentEnds(PackedArrays.pack(new int[] {1}))
        .setSegmentRewards(PackedArrays.pack(new double[] {1}))
        .setOutcomeReward(1)
        .setCorrect(true)
        .setGroupMean(1)
        .setGroupStd(0)
        .setGroupCount(1)
        .setGroupComplete(true)
        .setJudgements(List.of())
        .build();
  }
}
