package io.sapo.segmenter.cut;

import java.util.Arrays;

/**
 * A segment ends at each of the ceil(k/100 · T) tokens of highest entropy (at least one), and at
 * the last token. Of tokens with equal entropy the earlier one is taken, so that exactly that many
 * are.
 *
 * @param percent k, in (0, 100]; 1 means one percent
 */
public record EntropyStrategy(double percent) implements SegmentationStrategy {
  public static final double DEFAULT_PERCENT = 30;

  public EntropyStrategy {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException(
          "top-k percent is " + percent + "; it must be above 0 and at most 100");
    }
  }

  @Override
  public int[] ends(ResponseTokens response) {
    return ends(response.entropies());
  }

  /**
   * @param entropies per token; at least one, none of them NaN
   */
  public int[] ends(float[] entropies) {
    double[] wide = new double[entropies.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = entropies[i];
    }
    return ends(wide);
  }

  /** As {@link #ends(float[])}. */
  public int[] ends(double[] entropies) {
    int tokens = entropies.length;
    int chosen = (int) Math.max(1, Math.ceil(percent * tokens / 100));
    double threshold = Selection.kthLargest(entropies, chosen);
    int ties = chosen;
    for (double entropy : entropies) {
      ties -= entropy > threshold ? 1 : 0;
    }
    int[] ends = new int[chosen + 2];
    int count = 0;
    for (int i = 0; i < tokens; i++) {
      boolean tied = entropies[i] == threshold && ties-- > 0;
      ends[count] = i;
      count += tied || entropies[i] > threshold ? 1 : 0;
    }
    if (ends[count - 1] != tokens - 1) {
      ends[count++] = tokens - 1;
    }
    return Arrays.copyOf(ends, count);
  }

  @Override
  public String describe() {
    return "entropy(" + StrategySyntax.shortest(percent) + "%)";
  }
}
