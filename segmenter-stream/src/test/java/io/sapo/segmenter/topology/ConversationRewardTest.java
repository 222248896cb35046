package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.cut.TrainedText;
import io.sapo.verifier.RewardShaping;
import io.sapo.verifier.VerifierSettings;
import io.sapo.verifier.Verifiers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rewards of conversations: others' messages, which the loss mask leaves out, have no part. */
class ConversationRewardTest {
  private static final int TURN_LIMIT = 100;

  /** Of a conversation; a token is a character. */
  private record Said(boolean byModel, String text) {}

  private static Said model(String text) {
    return new Said(true, text);
  }

  private static Said other(String text) {
    return new Said(false, text);
  }

  @Test
  void whatAUserSaysIsNoAnswer() throws RefusedException {
    assertThat(right("numeric", "42", model("ok"), other("The answer is 42"), model("ok")))
        .isFalse();
    assertThat(right("numeric", "42", model("43"), other("\\boxed{42}"), model("43"))).isFalse();
    assertThat(right("gsm8k", "7", model("so\n#### 8"), other("No.\n#### 7"))).isFalse();
  }

  @Test
  void whatAToolPrintsTakesNoAnswerAway() throws RefusedException {
    assertThat(right("gsm8k", "18", model("#### 18"), other("#### 7"))).isTrue();
    assertThat(right("numeric", "18", model("\\boxed{18}"), other("\\boxed{7}"), model("Yes.")))
        .isTrue();
  }

  /** A turn begins a line of its own: two of them are no number, and "A:" opens one. */
  @Test
  void turnsAreApart() throws RefusedException {
    assertThat(right("gsm8k", "12", model("#### 1"), other("?"), model("2"))).isFalse();
    assertThat(right("gsm8k", "18", model("I add"), other("?"), model("A: 18"))).isTrue();
    Trajectory trajectory =
        conversation("gsm8k", "1", other("hm"), model("a"), other("b"), model("c"));
    assertThat(TrainedText.of(trajectory)).isEqualTo("a\nc");
  }

  @Test
  void calculationsOfAToolAreNoStepsOfTheModel() throws RefusedException {
    SegmentedTrajectory out =
        segment(
            RewardShaping.NONE,
            conversation(
                "gsm8k-steps", "7", model("3+4=8\n"), other("1+1=3\n2+2=5\n"), model("#### 7")));
    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsExactly(-0.1, 1);
  }

  @Test
  void theLengthLimitIsOneOfATurn() throws RefusedException {
    RewardShaping overlong = new RewardShaping(0, 0, 20, 1);
    Said sixty = model("#### 7" + " ".repeat(54));
    Said tool = other("x".repeat(100));
    Trajectory two = conversation("gsm8k", "7", sixty, tool, sixty);
    for (int limit : new int[] {TURN_LIMIT, 220}) {
      two.getSampling().setMaxNewTokens(limit);
      assertThat(segment(overlong, two).getOutcomeReward()).isEqualTo(1);
    }
    two.setFinishReason(FinishReason.LENGTH);
    assertThat(segment(overlong, two).getOutcomeReward()).isZero();
    Trajectory ninety = conversation("gsm8k", "7", model(" ".repeat(90)), tool, sixty);
    assertThat(segment(overlong, ninety).getOutcomeReward()).isEqualTo(0.5);
  }

  @Test
  void rewardsShrinkByWhatTheModelWrote() throws RefusedException {
    RewardShaping normal = new RewardShaping(10, 0, 0, 1);
    Said answer = model("#### 7");
    assertThat(reward(normal, answer, other("x".repeat(100)))).isEqualTo(1);
    assertThat(reward(normal, model(" ".repeat(14)), other("x".repeat(100)), answer))
        .isEqualTo(0.5);
  }

  private static double reward(RewardShaping shaping, Said... said) throws RefusedException {
    return segment(shaping, conversation("gsm8k", "7", said)).getOutcomeReward();
  }

  private static boolean right(String verifier, String answer, Said... said)
      throws RefusedException {
    return segment(RewardShaping.NONE, conversation(verifier, answer, said)).getCorrect();
  }

  private static SegmentedTrajectory segment(RewardShaping shaping, Trajectory trajectory)
      throws RefusedException {
    byte[] key = Topic.keyBytes(trajectory.getGroupId());
    Source source = new Source(key, new byte[0], "trajectories", 0, 0);
    VerifierSettings settings =
        new VerifierSettings(
            VerifierSettings.DEFAULT.numericTolerance(),
            VerifierSettings.DEFAULT.equality(),
            shaping,
            Optional.empty());
    TrajectorySegmenter segmenter =
        new TrajectorySegmenter(
            SegmentationStrategy.parse("newline"), Verifiers.load(settings), new Counters());
    Accepted accepted = new Accepted(source, trajectory, TrajectoryRules.check(key, trajectory));
    return segmenter.segment(accepted, segmenter.cut(accepted), List.of());
  }

  private static Trajectory conversation(String verifier, String answer, Said... said) {
    StringBuilder text = new StringBuilder();
    for (Said one : said) {
      text.append(one.text);
    }
    int count = text.length();
    byte[] mask = new byte[count];
    int[] charEnds = new int[count];
    int token = 0;
    for (Said one : said) {
      for (int i = 0; i < one.text.length(); i++) {
        mask[token] = (byte) (one.byModel ? 1 : 0);
        charEnds[token] = ++token;
      }
    }
    Trajectory trajectory =
        SampleTrajectories.answering("a", answer)
            .setVerifier(verifier)
            .setResponseText(text.toString())
            .setResponseTokens(PackedArrays.pack(new int[count]))
            .setTokenCharEnds(PackedArrays.pack(charEnds))
            .setLogProbs(PackedArrays.pack(new float[count]))
            .setEntropies(PackedArrays.pack(new float[count]))
            .setVersions(List.of(new VersionRun(4L, count)))
            .setLossMask(ByteBuffer.wrap(mask))
            .build();
    trajectory.getSampling().setMaxNewTokens(TURN_LIMIT);
    return trajectory;
  }
}
