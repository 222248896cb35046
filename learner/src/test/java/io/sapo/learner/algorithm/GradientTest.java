package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Analytic gradients against central differences, and micro-batches against their mini-batch. */
class GradientTest {

  private static final double STEP = 1e-6;

  private final SampleBatches samples = new SampleBatches(11);

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void policyGradientIsTheSlopeOfTheLoss(Algorithm algorithm) {
    Experience experience = samples.next();
    MiniBatch batch = targets(algorithm, experience).miniBatch(new int[] {0, 2, 3});
    double[] logProbs = samples.moved(batch.policy().oldLogProbs(), 0.4);
    double[] entropies = samples.noise(logProbs.length, 1);
    MiniBatch.PolicyTerm term = batch.policyLoss(logProbs, entropies);
    assertSlopes(term.gradient(), logProbs, x -> batch.policyLoss(x, entropies).loss());
    assertSlopes(term.entropyGradient(), entropies, x -> batch.policyLoss(logProbs, x).loss());
    assertThat(Arrays.stream(term.gradient()).anyMatch(g -> g != 0)).as("it moves").isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"SAPO", "PPO", "VC_PPO"})
  void valueGradientIsTheSlopeOfTheLoss(Algorithm algorithm) {
    MiniBatch batch = targets(algorithm, samples.next()).miniBatch(new int[] {1, 3});
    double[] values = samples.noise(batch.policy().oldLogProbs().length, 1);
    assertSlopes(batch.valueLoss(values).gradient(), values, x -> batch.valueLoss(x).loss());
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void microBatchesAddUpToTheirMiniBatch(Algorithm algorithm) {
    MiniBatch whole = targets(algorithm, samples.next()).miniBatch(IntStream.range(0, 4).toArray());
    double[] logProbs = samples.moved(whole.policy().oldLogProbs(), 0.4);
    double[] entropies = samples.noise(logProbs.length, 1);
    double[] values = samples.noise(logProbs.length, 1);
    double policy = 0;
    double value = 0;
    for (int[] rows : new int[][] {{3, 0}, {1, 2}}) {
      MiniBatch micro = whole.select(rows);
      Ragged tokens = whole.value().actions().tokens();
      policy +=
          micro.policyLoss(tokens.gather(logProbs, rows), tokens.gather(entropies, rows)).loss();
      if (algorithm.usesCritic()) {
        value += micro.valueLoss(tokens.gather(values, rows)).loss();
      }
    }
    assertThat(policy).isCloseTo(whole.policyLoss(logProbs, entropies).loss(), within(1e-12));
    if (algorithm.usesCritic()) {
      assertThat(value).isCloseTo(whole.valueLoss(values).loss(), within(1e-12));
    }
  }

  private static Targets targets(Algorithm algorithm, Experience experience) {
    return Targets.of(
        AlgorithmSettings.of(algorithm).toBuilder().entropy(new EntropyBonus(0.1, 0)).build(),
        experience,
        algorithm.usesCritic() ? 0.01 : 0);
  }

  /** A scalar function of one number a token. */
  interface Loss {
    double at(double[] x);
  }

  static void assertSlopes(double[] gradient, double[] at, Loss loss) {
    for (int i = 0; i < at.length; i++) {
      assertThat(gradient[i]).as("token %d", i).isCloseTo(slope(at, i, loss), within(1e-7));
    }
  }

  private static double slope(double[] x, int i, Loss loss) {
    double[] up = x.clone();
    double[] down = x.clone();
    up[i] += STEP;
    down[i] -= STEP;
    return (loss.at(up) - loss.at(down)) / (2 * STEP);
  }
}
