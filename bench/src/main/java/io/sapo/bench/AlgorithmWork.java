package io.sapo.bench;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.Experience;
import io.sapo.learner.algorithm.GroupBaselines;
import io.sapo.learner.algorithm.MiniBatch;
import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.algorithm.Segmentation;
import io.sapo.learner.algorithm.Targets;
import io.sapo.segmenter.cut.EntropyStrategy;
import io.sapo.segmenter.cut.ResponseTokens;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** What SAPO computes for a batch beside the networks, on random numbers. */
final class AlgorithmWork {
  private static final int PERCENT = 30;

  private final AlgorithmSettings settings = AlgorithmSettings.of(Algorithm.SAPO);
  private final int responses;
  private final int tokens;
  private final float[][] entropies;
  private final double[] outcome;
  private final double[] behaviour;
  private final double[] old;
  private final double[] current;
  private final double[] reference;
  private final double[] values;

  AlgorithmWork(int responses, int tokens, long seed) {
    Random random = new Random(seed);
    this.responses = responses;
    this.tokens = tokens;
    int all = responses * tokens;
    entropies = new float[responses][tokens];
    for (float[] row : entropies) {
      for (int t = 0; t < tokens; t++) {
        row[t] = random.nextFloat() * 3;
      }
    }
    outcome = random.ints(responses, 0, 2).asDoubleStream().toArray();
    old = random.doubles(all, -3, 0).toArray();
    behaviour = near(old, random);
    current = near(old, random);
    reference = near(old, random);
    values = random.doubles(all, 0, 1).toArray();
  }

  private static double[] near(double[] centre, Random random) {
    return Arrays.stream(centre).map(x -> x + 0.1 * random.nextGaussian()).toArray();
  }

  /**
   * Segments, advantages, policy loss with gradient, value loss with gradient.
   *
   * @return a number that depends on all of it
   */
  double run() {
    EntropyStrategy strategy = new EntropyStrategy(PERCENT);
    int[][] ends = new int[responses][];
    for (int row = 0; row < responses; row++) {
      ends[row] =
          strategy.ends(new ResponseTokens("", new int[tokens], entropies[row], entropies[row]));
    }
    Targets targets = Targets.of(settings, experience(ends), 0.001);
    MiniBatch batch = targets.miniBatch(IntStream.range(0, responses).toArray());
    MiniBatch.PolicyTerm policy = batch.policyLoss(current, current);
    MiniBatch.ValueTerm value = batch.valueLoss(values);
    return policy.loss() + policy.gradient()[0] + value.loss() + value.gradient()[0];
  }

  private Experience experience(int[][] ends) {
    int[] lengths = new int[responses];
    Arrays.fill(lengths, tokens);
    Segmentation cut = Segmentation.of(Ragged.ofLengths(lengths), ends);
    double[] rewards = new double[cut.spans().rows()];
    for (int row = 0; row < responses; row++) {
      rewards[cut.segments().end(row) - 1] = outcome[row];
    }
    int[] ones = new int[responses];
    Arrays.fill(ones, 1);
    return new Experience(
        cut,
        new Experience.Responses(
            outcome,
            rewards,
            new GroupBaselines(ones, ones, outcome, new double[responses]),
            new boolean[responses],
            lengths),
        new Experience.Scores(behaviour, old, reference, old, values, null));
  }

  /** Median seconds of a run, warmed up. */
  double seconds(int rounds) {
    double[] seconds = new double[rounds];
    double sink = run() + run();
    for (int i = 0; i < rounds; i++) {
      long begun = System.nanoTime();
      sink += run();
      seconds[i] = Medians.seconds(begun);
    }
    if (Double.isNaN(sink)) {
      throw new IllegalStateException("the losses are not finite");
    }
    return Medians.of(seconds);
  }
}
