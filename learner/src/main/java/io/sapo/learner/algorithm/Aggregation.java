package io.sapo.learner.algorithm;

import java.util.Arrays;

/**
 * How the losses of elements (tokens, or segments for the critic) become one number.
 *
 * <p>Each is a weighted sum, so the weights are fixed once over a whole mini-batch and
 * micro-batches of it simply add up.
 */
public enum Aggregation {
  /** Mean over all elements. */
  TOKEN_MEAN,
  /** Mean over rows of the row's sum. */
  SEQ_MEAN_TOKEN_SUM,
  /** Mean over rows of the row's mean. */
  SEQ_MEAN_TOKEN_MEAN;

  /** The weight of every element; the loss is Σ weight · element. */
  public double[] weights(Ragged elements) {
    double[] weights = new double[elements.size()];
    for (int row = 0; row < elements.rows(); row++) {
      double weight =
          switch (this) {
            case TOKEN_MEAN -> 1.0 / elements.size();
            case SEQ_MEAN_TOKEN_SUM -> 1.0 / elements.rows();
            case SEQ_MEAN_TOKEN_MEAN -> 1.0 / elements.rows() / elements.length(row);
          };
      Arrays.fill(weights, elements.start(row), elements.end(row), weight);
    }
    return weights;
  }
}
