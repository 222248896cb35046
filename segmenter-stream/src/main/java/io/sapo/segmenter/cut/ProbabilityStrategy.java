package io.sapo.segmenter.cut;

import java.util.Arrays;

/**
 * A segment ends after every c-th token whose sampled probability is below p, and at the last
 * token.
 *
 * @param below p, in (0, 1]
 * @param every c, at least 1
 */
public record ProbabilityStrategy(double below, int every) implements SegmentationStrategy {
  public static final double DEFAULT_BELOW = 0.5;
  public static final int DEFAULT_EVERY = 10;

  public ProbabilityStrategy {
    if (!(below > 0 && below <= 1)) {
      throw new IllegalArgumentException(
          "probability threshold is " + below + "; it must be above 0 and at most 1");
    }
    if (every < 1) {
      throw new IllegalArgumentException(
          "every " + every + "th low-probability token cannot end a segment; use 1 or more");
    }
  }

  @Override
  public int[] ends(ResponseTokens response) {
    double logBelow = Math.log(below);
    float[] logProbs = response.logProbs();
    int[] ends = new int[logProbs.length];
    int count = 0;
    int low = 0;
    for (int i = 0; i < logProbs.length; i++) {
      if (logProbs[i] < logBelow && ++low == every) {
        low = 0;
        ends[count++] = i;
      } else if (i == logProbs.length - 1) {
        ends[count++] = i;
      }
    }
    return Arrays.copyOf(ends, count);
  }

  @Override
  public String describe() {
    return "probability(" + StrategySyntax.shortest(below) + "," + every + ")";
  }
}
