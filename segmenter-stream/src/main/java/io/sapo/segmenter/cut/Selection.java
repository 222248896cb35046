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
      int left = low;
      int right = high;
      while (left <= right) {
        while (work[left] < pivot) {
          left++;
        }
        while (work[right] > pivot) {
          right--;
        }
        if (left <= right) {
          double swapped = work[left];
          work[left++] = work[right];
          work[right--] = swapped;
        }
      }
      if (wanted <= right) {
        high = right;
      } else if (wanted >= left) {
        low = left;
      } else {
        return work[wanted];
      }
    }
    Arrays.sort(work, low, high + 1);
    return work[wanted];
  }

  private static double medianOfThree(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
