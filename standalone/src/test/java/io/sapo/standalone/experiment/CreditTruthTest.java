package io.sapo.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.algorithm.ValueReading;
import io.sapo.producer.chain.Lengths;
import io.sapo.producer.figures.FigureChain;
import io.sapo.producer.figures.FigureChainTaskSource;
import io.sapo.producer.task.Split;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Task;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CreditTruthTest {
  /** Two responses of which one has a wrong second step. */
  @Test
  void creditIsHeldAgainstTheTruthOfTheStep() {
    CreditTruth truth = new CreditTruth(ValueReading.SEGMENT_START);
    truth.add(record("a7+5=12\nb12-3=9\n#### 9"), true, new float[] {1, 2, 1}, null);
    truth.add(record("a7+5=12\nb12-3=8\n#### 8"), true, new float[] {1, -2, 1}, null);
    assertThat(truth.stepsRight()).isCloseTo(5.0 / 6, within(1e-12));
    CreditTruth.Summary summary = truth.summary();
    assertThat(summary.correlation()).isGreaterThan(0.9);
    assertThat(summary.within()).isGreaterThan(0.8);
    assertThat(summary.lift()).isEmpty();
    CreditTruth even = new CreditTruth(ValueReading.SEGMENT_START);
    even.add(record("a7+5=12\nb12-3=8\n#### 8"), false, new float[] {1, 1, 1}, null);
    assertThat(even.summary().within()).isNaN();
    assertThat(even.stepsRight()).isNaN();
  }

  /** V falls by 0.1 over each right line and by 0.6 over the wrong one. */
  @Test
  void whetherACriticSeesWrongStepsIsHeldAgainstRightOnes() {
    CreditTruth truth = new CreditTruth(ValueReading.SEGMENT_START);
    float[] even = {0, 1, 0};
    truth.add(record("a7+5=12\nb12-3=9\n#### 9"), true, even, new float[] {0.8f, 0.7f, 0.6f});
    truth.add(record("a7+5=12\nb12-3=8\n#### 8"), true, even, new float[] {0.8f, 0.7f, 0.1f});
    truth.add(record("a7+5=11\nb11-3=8\n#### 8"), false, even, new float[] {0, 9, 0});
    assertThat(truth.summary().fall()).isCloseTo(0.5, within(1e-6));
    SegmentedTrajectory coarse = record("a7+5=12\nb12-3=8\n#### 8");
    coarse.setSegmentEnds(PackedArrays.pack(new int[] {15, 21}));
    CreditTruth both = new CreditTruth(ValueReading.SEGMENT_START);
    both.add(coarse, true, new float[] {1, 1}, new float[] {0.8f, 0.1f});
    assertThat(both.summary().fall()).as("no value between the two lines").isNaN();
  }

  /**
   * A value of the paper's code is of the state before its segment's last token, here the newline:
   * it knows its line. V falls by 0.6 over the wrong second line and by 0.1 over right ones.
   */
  @Test
  void valuesReadAtTheEndOfASegmentKnowItsLine() {
    String wrong = "a7+5=12\nb12-3=8\nc8+1=9\n#### 9";
    String right = "a7+5=12\nb12-3=9\nc9+1=10\n#### 10";
    float[] ofWrong = {0.8f, 0.2f, 0.1f, 0.1f};
    float[] ofRight = {0.8f, 0.7f, 0.6f, 0.6f};
    CreditTruth truth = new CreditTruth(ValueReading.SEGMENT_END);
    truth.add(record(wrong, "7a+5b-3c+1?"), true, new float[4], ofWrong);
    truth.add(record(right, "7a+5b-3c+1?"), true, new float[4], ofRight);
    assertThat(truth.summary().fall()).isCloseTo(0.5, within(1e-6));

    CreditTruth atStarts = new CreditTruth(ValueReading.SEGMENT_START);
    atStarts.add(
        record(wrong, "7a+5b-3c+1?"), true, new float[4], new float[] {0.9f, 0.8f, 0.2f, 0.1f});
    atStarts.add(
        record(right, "7a+5b-3c+1?"), true, new float[4], new float[] {0.9f, 0.8f, 0.7f, 0.6f});
    assertThat(atStarts.summary().fall()).as("the same critic").isCloseTo(0.5, within(1e-6));
  }

  /**
   * The digits stand in the picture; the same response to other bars is wrong from its first step.
   */
  @Test
  void stepsOverAPictureAreHeldAgainstItsBars() {
    FigureChainTaskSource source = new FigureChainTaskSource(Split.TRAINING, 1, new Lengths(2, 2));
    Task asked = source.next().orElseThrow();
    Task other = source.next().orElseThrow();
    String chain =
        FigureChain.spelledOut(asked.getPrompt(), asked.getPictures().get(0).getBytes().array())
            .orElseThrow();
    List<Integer> digits =
        chain.chars().filter(Character::isDigit).mapToObj(Character::getNumericValue).toList();
    int first = digits.get(0) + (chain.charAt(2) == '+' ? 1 : -1) * digits.get(1);
    String response =
        "%s=%d%nb%d%s=%s%n#### %s"
            .formatted(
                "a" + chain.charAt(0) + chain.substring(2, 4),
                first,
                first,
                chain.substring(5, 7),
                asked.getAnswer(),
                asked.getAnswer());
    assertThat(stepsRight(asked, response)).isEqualTo(1);
    assertThat(stepsRight(other, response)).isLessThan(1);
  }

  private static double stepsRight(Task task, String response) {
    SegmentedTrajectory record = record(response);
    record.getTrajectory().setPrompt(task.getPrompt());
    record.getTrajectory().setPictures(task.getPictures());
    CreditTruth truth = new CreditTruth(ValueReading.SEGMENT_START);
    truth.add(record, true, new float[] {1, 1, 1}, null);
    return truth.stepsRight();
  }

  private static SegmentedTrajectory record(String response) {
    return record(response, "7a+5b-3?");
  }

  /** Segments, one a line; tokens are characters. */
  private static SegmentedTrajectory record(String response, String prompt) {
    int tokens = response.length();
    int[] charEnds = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      charEnds[i] = i + 1;
    }
    int[] ends =
        IntStream.range(0, tokens)
            .filter(t -> t == tokens - 1 || response.charAt(t) == '\n')
            .toArray();
    Trajectory trajectory =
        Trajectory.newBuilder()
            .setTrajectoryId("t")
            .setGroupId("g")
            .setGroupSize(1)
            .setTaskId("task")
            .setProducerId("p")
            .setPrompt(prompt)
            .setPromptTokens(PackedArrays.pack(new int[] {1}))
            .setPictures(List.of())
            .setResponseTokens(PackedArrays.pack(new int[tokens]))
            .setResponseText(response)
            .setTokenCharEnds(PackedArrays.pack(charEnds))
            .setLogProbs(PackedArrays.pack(new float[tokens]))
            .setEntropies(PackedArrays.pack(new float[tokens]))
            .setVersions(List.of(new VersionRun(0L, tokens)))
            .setSampling(new Sampling(1.0, 1.0, 0, 99))
            .setFinishReason(FinishReason.STOP)
            .setAnswer("9")
            .setVerifier("gsm8k")
            .setSeed(1)
            .setStartedAtMs(0)
            .setFinishedAtMs(1)
            .build();
    return SegmentedTrajectory.newBuilder()
        .setTrajectory(trajectory)
        .setSourcePartition(0)
        .setSourceOffset(0)
        .setStrategy("newline")
        .setSegmentEnds(PackedArrays.pack(ends))
        .setSegmentRewards(PackedArrays.pack(new double[ends.length]))
        .setOutcomeReward(0)
        .setCorrect(false)
        .setGroupMean(0)
        .setGroupStd(0)
        .setGroupCount(1)
        .setGroupComplete(true)
        .build();
  }
}
