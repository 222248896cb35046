package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * How the losses of elements (tokens, or segments for the critic) become one number.
 *
 * <p>Each is a weighted sum, so the weights are fixed once over a whole mini-batch and
 * micro-batches of it simply add up. Rows that are not kept weigh nothing and do not count.
 */
public enum Aggregation {
  /** Mean over all elements. */
  TOKEN_MEAN,
  /** Mean over rows of the row's sum. */
  SEQ_MEAN_TOKEN_SUM,
  /** Mean over rows of the row's mean. */
  SEQ_MEAN_TOKEN_MEAN,
  /** Mean over rows of the row's sum, divided by the greatest length it might have had. */
  SEQ_MEAN_TOKEN_SUM_NORM;

  /**
   * The weight of every element; the loss is Σ weight · element.
   *
   * @param kept one a row
   * @param limits greatest length of each row's response
   */
  public double[] weights(Ragged elements, boolean[] kept, int[] limits) {
    long rows = 0;
    long count = 0;
    for (int row = 0; row < elements.rows(); row++) {
      rows += kept[row] ? 1 : 0;
      count += kept[row] ? elements.length(row) : 0;
    }
    double[] weights = new double[elements.size()];
    for (int row = 0; row < elements.rows(); row++) {
      if (kept[row]) {
        double weight =
            switch (this) {
              case TOKEN_MEAN -> 1.0 / count;
              case SEQ_MEAN_TOKEN_SUM -> 1.0 / rows;
              case SEQ_MEAN_TOKEN_MEAN -> 1.0 / rows / elements.length(row);
              case SEQ_MEAN_TOKEN_SUM_NORM -> 1.0 / rows / limits[row];
            };
        Arrays.fill(weights, elements.start(row), elements.end(row), weight);
      }
    }
    return weights;
  }
}
