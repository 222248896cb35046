package io.sapo.learner.algorithm;

import java.util.Random;
import java.util.stream.IntStream;

/** Random batches with uneven lengths and groups, one response alone, some cut off. */
final class SampleBatches {
  /** By response. */
  static final int[] GROUPS = {0, 0, 0, 1};

  private final Random random;

  SampleBatches(long seed) {
    this.random = new Random(seed);
  }

  Experience next() {
    Segmentation cut =
        Segmentation.of(
            Ragged.ofLengths(5, 1, 7, 4), new int[][] {{1, 4}, {0}, {0, 3, 6}, {0, 1, 2, 3}});
    int n = cut.tokens().size();
    double[] outcome = {1, 0, 0, 1};
    double[] old = noise(n, 1);
    return new Experience(
        cut,
        new Experience.Responses(
            outcome,
            noise(cut.spans().rows(), 0.2),
            CompleteGroups.of(outcome, GROUPS),
            new boolean[] {false, true, false, true},
            new int[] {9, 9, 9, 4}),
        new Experience.Scores(
            moved(old, 0.8),
            old,
            moved(old, 0.3),
            random.doubles(n, 0, 2).toArray(),
            noise(n, 1),
            noise(4, 1)));
  }

  double[] noise(int n, double scale) {
    return random.doubles(n).map(x -> scale * (x - 0.5)).toArray();
  }

  double[] moved(double[] from, double scale) {
    double[] noise = noise(from.length, scale);
    return IntStream.range(0, from.length).mapToDouble(i -> from[i] + noise[i]).toArray();
  }
}
