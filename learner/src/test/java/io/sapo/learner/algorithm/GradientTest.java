package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Analytic gradients against central differences, and micro-batches against their mini-batch. */
class GradientTest {

  private static final double STEP = 1e-6;

  private final Random random = new Random(11);

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void policyGradientIsTheSlopeOfTheLoss(Algorithm algorithm) {
    Targets targets = targets(algorithm);
    MiniBatch batch = targets.miniBatch(new int[] {0, 2, 3});
    double[] logProbs = moved(batch.oldLogProbs(), 0.4);
    double[] gradient = batch.policyLoss(logProbs).gradient();
    for (int i = 0; i < logProbs.length; i++) {
      int at = i;
      double slope = slope(logProbs, at, x -> batch.policyLoss(x).loss());
      assertThat(gradient[i]).as("token %d", i).isCloseTo(slope, within(1e-7));
    }
    assertThat(java.util.Arrays.stream(gradient).anyMatch(g -> g != 0)).as("it moves").isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"SAPO", "PPO", "VC_PPO"})
  void valueGradientIsTheSlopeOfTheLoss(Algorithm algorithm) {
    MiniBatch batch = targets(algorithm).miniBatch(new int[] {1, 3});
    double[] values = noise(batch.oldLogProbs().length, 1);
    double[] gradient = batch.valueLoss(values).gradient();
    for (int i = 0; i < values.length; i++) {
      assertThat(gradient[i])
          .as("token %d", i)
          .isCloseTo(slope(values, i, x -> batch.valueLoss(x).loss()), within(1e-7));
    }
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void microBatchesAddUpToTheirMiniBatch(Algorithm algorithm) {
    Targets targets = targets(algorithm);
    MiniBatch whole = targets.miniBatch(IntStream.range(0, 4).toArray());
    double[] logProbs = moved(whole.oldLogProbs(), 0.4);
    double[] values = noise(logProbs.length, 1);
    double policy = 0;
    double value = 0;
    for (int[] rows : new int[][] {{3, 0}, {1, 2}}) {
      MiniBatch micro = whole.select(rows);
      Ragged tokens = whole.actions().tokens();
      policy += micro.policyLoss(tokens.gather(logProbs, rows)).loss();
      if (algorithm.usesCritic()) {
        value += micro.valueLoss(tokens.gather(values, rows)).loss();
      }
    }
    assertThat(policy).isCloseTo(whole.policyLoss(logProbs).loss(), within(1e-12));
    if (algorithm.usesCritic()) {
      assertThat(value).isCloseTo(whole.valueLoss(values).loss(), within(1e-12));
    }
  }

  private Targets targets(Algorithm algorithm) {
    Segmentation cut =
        Segmentation.of(
            Ragged.ofLengths(5, 1, 7, 4), new int[][] {{1, 4}, {0}, {0, 3, 6}, {0, 1, 2, 3}});
    int n = cut.tokens().size();
    double[] outcome = {1, 0, 0, 1};
    double[] old = noise(n, 1);
    double[] segmentRewards = noise(cut.spans().rows(), 0.2);
    return Targets.of(
        AlgorithmSettings.of(algorithm),
        new Experience(
            cut,
            outcome,
            segmentRewards,
            GroupStatistics.of(outcome, new int[] {0, 0, 1, 1}),
            moved(old, 0.3),
            old,
            moved(old, 0.3),
            noise(n, 1)),
        0.01);
  }

  private double[] noise(int n, double scale) {
    return random.doubles(n).map(x -> scale * (x - 0.5)).toArray();
  }

  private double[] moved(double[] from, double scale) {
    double[] noise = noise(from.length, scale);
    return IntStream.range(0, from.length).mapToDouble(i -> from[i] + noise[i]).toArray();
  }

  private interface Loss {
    double at(double[] x);
  }

  private static double slope(double[] x, int i, Loss loss) {
    double[] up = x.clone();
    double[] down = x.clone();
    up[i] += STEP;
    down[i] -= STEP;
    return (loss.at(up) - loss.at(down)) / (2 * STEP);
  }
}
