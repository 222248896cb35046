package io.sapo.learner.fold;

import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.TokenSequence;
import java.util.ArrayList;
import java.util.List;

/**
 * Between the networks' arrays [row][response token] in float32 and the algorithms' flat arrays by
 * trained token in float64.
 *
 * @param trained shape of the flat arrays, one row an example
 */
record TokenAxis(List<TrainingExample> examples, Ragged trained) {

  static TokenAxis of(List<TrainingExample> examples) {
    int[] lengths = new int[examples.size()];
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] = examples.get(row).trainedTokens().length;
    }
    return new TokenAxis(examples, Ragged.ofLengths(lengths));
  }

  TokenAxis select(int[] rows) {
    List<TrainingExample> chosen = new ArrayList<>(rows.length);
    for (int row : rows) {
      chosen.add(examples.get(row));
    }
    return of(chosen);
  }

  List<TokenSequence> sequences() {
    return examples.stream().map(TrainingExample::sequence).toList();
  }

  /** Temperature shared by all rows of a micro-batch. */
  double temperature() {
    return examples.get(0).temperature();
  }

  /**
   * @param what names the numbers in the error
   * @throws NonFiniteException when the network gave a number that is none
   */
  double[] flatten(float[][] perResponse, String what) {
    double[] flat = new double[trained.size()];
    int to = 0;
    for (int row = 0; row < perResponse.length; row++) {
      for (int token : examples.get(row).trainedTokens()) {
        float value = perResponse[row][token];
        if (!Float.isFinite(value)) {
          throw new NonFiniteException(
              "%s of response token %d of trajectory %s (%s) is %s; the weights or their learning rate are out of range"
                  .formatted(
                      what,
                      token,
                      examples.get(row).trajectoryId(),
                      examples.get(row).position(),
                      value));
        }
        flat[to++] = value;
      }
    }
    return flat;
  }

  /** Puts the flat elements of the given rows where they belong among all rows'. */
  void place(int[] rows, double[] ofRows, double[] ofAll) {
    int from = 0;
    for (int row : rows) {
      System.arraycopy(ofRows, from, ofAll, trained.start(row), trained.length(row));
      from += trained.length(row);
    }
  }

  /** Zero for response tokens that are not trained. */
  float[][] scatter(double[] flat) {
    float[][] perResponse = new float[examples.size()][];
    int from = 0;
    for (int row = 0; row < perResponse.length; row++) {
      TrainingExample example = examples.get(row);
      perResponse[row] = new float[example.sequence().responseTokens().length];
      for (int token : example.trainedTokens()) {
        perResponse[row][token] = (float) flat[from++];
      }
    }
    return perResponse;
  }
}
