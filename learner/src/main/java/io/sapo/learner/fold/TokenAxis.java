package io.sapo.learner.fold;

import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Between the networks' arrays [row][response token] in float32 and the algorithms' flat arrays by
 * trained token in float64.
 *
 * @param trained shape of the flat arrays, one row an example
 * @param tails whether the value behind a response that was cut off is read
 */
record TokenAxis(List<TrainingExample> examples, Ragged trained, boolean tails) {
  /** Stands behind a response so that there is a place to read its last state's value at. */
  private static final int ANY_TOKEN = 0;

  static TokenAxis of(List<TrainingExample> examples, boolean tails) {
    int[] lengths = new int[examples.size()];
    for (int row = 0; row < lengths.length; row++) {
      lengths[row] = examples.get(row).trained().indices().length;
    }
    return new TokenAxis(examples, Ragged.ofLengths(lengths), tails);
  }

  TokenAxis select(int[] rows) {
    List<TrainingExample> chosen = new ArrayList<>(rows.length);
    for (int row : rows) {
      chosen.add(examples.get(row));
    }
    return of(chosen, tails);
  }

  List<TokenSequence> sequences() {
    return examples.stream().map(TrainingExample::sequence).toList();
  }

  /** What the critic sees: as {@link #sequences}, one token longer where a tail is read. */
  List<TokenSequence> valued() {
    return examples.stream().map(this::valued).toList();
  }

  private TokenSequence valued(TrainingExample example) {
    TokenSequence sequence = example.sequence();
    if (!hasTail(example)) {
      return sequence;
    }
    int[] response = sequence.responseTokens();
    int[] longer = Arrays.copyOf(response, response.length + 1);
    longer[response.length] = ANY_TOKEN;
    return new TokenSequence(sequence.promptTokens(), sequence.pictures(), longer);
  }

  private boolean hasTail(TrainingExample example) {
    return tails && example.sampled().cutOff();
  }

  /**
   * @param values of the given rows of all, as the critic gave them for {@link #valued}
   * @param ofAll where the tails go, one an example
   */
  void placeTails(int[] rows, float[][] values, double[] ofAll) {
    for (int row = 0; row < rows.length; row++) {
      if (hasTail(examples.get(row))) {
        int behind = examples.get(row).sequence().responseTokens().length;
        ofAll[rows[row]] = finite(values[row][behind], "value", row, behind);
      }
    }
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
      for (int token : examples.get(row).trained().indices()) {
        flat[to++] = finite(perResponse[row][token], what, row, token);
      }
    }
    return flat;
  }

  private float finite(float value, String what, int row, int token) {
    if (!Float.isFinite(value)) {
      throw new NonFiniteException(
          "%s of response token %d of trajectory %s (%s) is %s; the weights or their learning rate are out of range"
              .formatted(
                  what,
                  token,
                  examples.get(row).origin().trajectoryId(),
                  examples.get(row).origin().position(),
                  value));
    }
    return value;
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
    return scatter(flat, false);
  }

  /** As {@link #scatter(double[])}, in the shape of {@link #valued}. */
  float[][] scatterValued(double[] flat) {
    return scatter(flat, true);
  }

  private float[][] scatter(double[] flat, boolean valued) {
    float[][] perResponse = new float[examples.size()][];
    int from = 0;
    for (int row = 0; row < perResponse.length; row++) {
      TrainingExample example = examples.get(row);
      int behind = valued && hasTail(example) ? 1 : 0;
      perResponse[row] = new float[example.sequence().responseTokens().length + behind];
      for (int token : example.trained().indices()) {
        perResponse[row][token] = (float) flat[from++];
      }
    }
    return perResponse;
  }
}
