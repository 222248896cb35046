package io.sapo.policy.checkpoint;

import java.util.Arrays;
import java.util.List;

/**
 * How queries and keys are turned by their positions.
 *
 * @param sections rotary pairs of a head for time, height and width; sums to headDim / 2; empty for
 *     one-dimensional positions
 * @param interleaved whether the pairs of height and width alternate with those of time
 */
public record RotaryConfig(
    double theta, RotaryScaling scaling, List<Integer> sections, boolean interleaved) {

  public RotaryConfig {
    sections = List.copyOf(sections);
  }

  /** Positions a token has: one, or time, height and width. */
  public int positionAxes() {
    return Math.max(1, sections.size());
  }

  /**
   * Which of a token's positions each rotary pair turns by, [headDim / 2]: section by section, or,
   * interleaved, height and width in every third place as long as their sections last, time in the
   * others.
   */
  int[] axes(int headDim) {
    int[] axes = new int[headDim / 2];
    if (interleaved) {
      for (int i = 0; i < axes.length; i++) {
        int axis = i % 3;
        axes[i] = i < 3 * sections.get(axis) ? axis : 0;
      }
      return axes;
    }
    int end = 0;
    for (int axis = 0; axis < sections.size(); axis++) {
      int begin = end;
      end += sections.get(axis);
      Arrays.fill(axes, begin, end, axis);
    }
    return axes;
  }

  /**
   * Rotary inverse frequencies in radians a position, [headDim / 2]: theta^(-2i / headDim), scaled
   * by {@link #scaling}.
   */
  double[] inverseFrequencies(int headDim) {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / headDim);
    }
    return scaling.scale(frequencies, theta);
  }
}
