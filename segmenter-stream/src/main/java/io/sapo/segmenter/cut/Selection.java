package io.sapo.segmenter.cut;

import java.util.Arrays;

/** The k-th largest of some numbers, in linear time on average and n log n at worst. */
final class Selection {
  /** Below this length sorting is faster than partitioning on. */
  private static final int SHORT = 24;

  private Selection() {}

  /**
   * @param k 1 is the largest
   * @throws IllegalArgumentException when k is out of range or a value is NaN
   */
  static double kthLargest(double[] values, int k) {
    if (k < 1 || k > values.length) {
      throw new IllegalArgumentException(
          "no element number " + k + " among " + values.length + " values");
    }
    double[] work = values.clone();
    for (double value : work) {
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException("NaN has no rank");
      }
    }
    int wanted = work.length - k;
    int low = 0;
    int high = work.length - 1;
    // Inputs on which the pivots keep being bad are sorted after twice the expected rounds.
    int rounds = 2 * (32 - Integer.numberOfLeadingZeros(work.length));
    while (high - low >= SHORT && rounds-- > 0) {
      double pivot = medianOfThree(work[low], work[(low + high) >>> 1], work[high]);
      int below = partition(work, low, high, pivot, false);
      if (wanted < below) {
        high = below - 1;
        continue;
      }
      int above = partition(work, below, high, pivot, true);
      if (wanted < above) {
        return pivot;
      }
      low = above;
    }
    Arrays.sort(work, low, high + 1);
    return work[wanted];
  }

  /**
   * Moves what is below the pivot (or equal to it, when inclusive) to the front and returns where
   * the rest starts. Without a branch on the data, which a processor could not predict.
   */
  private static int partition(double[] work, int low, int high, double pivot, boolean inclusive) {
    int front = low;
    for (int i = low; i <= high; i++) {
      double value = work[i];
      work[i] = work[front];
      work[front] = value;
      front += (inclusive ? value <= pivot : value < pivot) ? 1 : 0;
    }
    return front;
  }

  private static double medianOfThree(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
