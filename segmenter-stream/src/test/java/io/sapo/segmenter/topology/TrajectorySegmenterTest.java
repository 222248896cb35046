package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.verifier.Verdict;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.Verifiers;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrajectorySegmenterTest {
  /** Gives the response 1, and its segments whatever a test wants. */
  private record Judge(Function<List<String>, double[]> segments) implements Verifier {
    @Override
    public String name() {
      return "judge";
    }

    @Override
    public Verdict verify(String response, String reference) {
      return new Verdict(1, false);
    }

    @Override
    public double[] segmentRewards(List<String> texts, String reference) {
      return segments.apply(texts);
    }
  }

  @Test
  void rewardsOfSegmentsAddToTheOutcome() throws RefusedException {
    double[] given = {0.25, 0.5};
    SegmentedTrajectory out =
        segment(
            new Judge(
                texts -> {
                  assertThat(texts).containsExactly("3+4=7\n", "#### 7");
                  return given;
                }));

    assertThat(PackedArrays.doubles(out.getSegmentRewards())).containsExactly(0.25, 1.5);
    assertThat(out.getOutcomeReward()).isEqualTo(1);
    assertThat(out.getCorrect()).isFalse();
    assertThat(given).as("the verifier's own array").containsExactly(0.25, 0.5);
  }

  /** It would end the run at every start, by one response that it stumbles over. */
  @Test
  void whatAVerifierStumblesOverIsRefused() {
    assertFails(texts -> new double[] {1, 2, 3}, "judge gave 3 rewards for 2 segments");
    assertFails(texts -> new double[] {0, Double.NaN}, "NaN");
    assertFails(
        texts -> {
          throw new ArithmeticException("Division by zero");
        },
        "verifier judge failed on it: java.lang.ArithmeticException: Division by zero");
    assertFails(
        texts -> {
          throw new StackOverflowError();
        },
        "StackOverflowError");
  }

  /** Jars of a user's own: one that lacks a library, one with a bug. */
  @Test
  void whatAVerifierOfOnesOwnLacksIsNoEndOfTheSegmenter() {
    assertFails(
        texts -> {
          throw new NoClassDefFoundError("org/example/Missing");
        },
        "org/example/Missing");
    assertFails(
        texts -> {
          throw new AssertionError("unreachable");
        },
        "unreachable");
    Verifier mute =
        new Verifier() {
          @Override
          public String name() {
            return "judge";
          }

          @Override
          public Verdict verify(String response, String reference) {
            return null;
          }
        };
    assertThatThrownBy(() -> segment(mute))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("it gave no verdict");
  }

  private static void assertFails(Function<List<String>, double[]> segments, String why) {
    assertThatThrownBy(() -> segment(new Judge(segments)))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.VERIFIER_FAILED))
        .hasMessageContaining(why);
  }

  private static SegmentedTrajectory segment(Verifier verifier) throws RefusedException {
    Trajectory trajectory = SampleTrajectories.right("a").setVerifier("judge").build();
    byte[] key = Topic.keyBytes(trajectory.getGroupId());
    Source source = new Source(key, new byte[0], "trajectories", 0, 0);
    TrajectorySegmenter segmenter =
        new TrajectorySegmenter(
            SegmentationStrategy.parse("newline"), Verifiers.of(verifier), new Counters());
    Accepted accepted = new Accepted(source, trajectory, TrajectoryRules.check(key, trajectory));
    return segmenter.segment(accepted, segmenter.cut(accepted), List.of());
  }
}
