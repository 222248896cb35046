package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.Answer.Candidates;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Logits of one place, behind a prompt that every weight version is asked about: what a server's
 * log-probabilities there are compared with.
 *
 * @param logits one a token of the vocabulary; negative infinity where it is never sampled
 */
record Fingerprint(float[] logits) {
  /** Below this a token is never sampled. */
  private static final double NEVER = -60;

  /** Logarithms of the distribution that is sampled from, as a generator would make it. */
  double[] logProbs(Sampling sampling) {
    double[] scaled = new double[logits.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = logits[i] / sampling.temperature();
    }
    if (sampling.topK() > 0 || sampling.topP() < 1) {
      cut(scaled, sampling);
    }
    normalise(scaled);
    return scaled;
  }

  private static void cut(double[] scaled, Sampling sampling) {
    List<Integer> order =
        IntStream.range(0, scaled.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> scaled[i]).reversed())
            .toList();
    int most = sampling.topK() == 0 ? order.size() : Math.min(sampling.topK(), order.size());
    for (int token : order.subList(most, order.size())) {
      scaled[token] = Double.NEGATIVE_INFINITY;
    }
    double[] normal = scaled.clone();
    normalise(normal);
    double mass = 0;
    for (int token : order.subList(0, most)) {
      if (mass >= sampling.topP()) {
        scaled[token] = Double.NEGATIVE_INFINITY;
      }
      mass += Math.exp(normal[token]);
    }
  }

  private static void normalise(double[] scaled) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (double value : scaled) {
      greatest = Math.max(greatest, value);
    }
    double sum = 0;
    for (double value : scaled) {
      sum += Math.exp(value - greatest);
    }
    double all = greatest + Math.log(sum);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] -= all;
    }
  }

  /**
   * The largest difference between these and what a server said at the first place of its answers.
   * Tokens that neither side would sample are left out.
   */
  double distance(List<Answer> answers, Sampling sampling) {
    double[] own = logProbs(sampling);
    double most = 0;
    for (Answer answer : answers) {
      most = Math.max(most, difference(own[answer.tokens()[0]], answer.logProbs()[0]));
      Candidates candidates = answer.candidates().get(0);
      for (int c = 0; c < candidates.tokens().length; c++) {
        most = Math.max(most, difference(own[candidates.tokens()[c]], candidates.logProbs()[c]));
      }
    }
    return most;
  }

  /**
   * By how much all that a server said exceeds these, as after a cut of the distribution; empty
   * where it is not the same for all within a tolerance.
   */
  OptionalDouble excess(List<Answer> answers, Sampling sampling, double tolerance) {
    double[] own = logProbs(sampling);
    DoubleSummaryStatistics excesses = new DoubleSummaryStatistics();
    for (Answer answer : answers) {
      Candidates candidates = answer.candidates().get(0);
      for (int c = 0; c < candidates.tokens().length; c++) {
        if (candidates.logProbs()[c] > NEVER) {
          excesses.accept(candidates.logProbs()[c] - own[candidates.tokens()[c]]);
        }
      }
    }
    boolean same = excesses.getCount() > 0 && excesses.getMax() - excesses.getMin() <= tolerance;
    return same ? OptionalDouble.of(excesses.getAverage()) : OptionalDouble.empty();
  }

  /**
   * The temperature at which two of the likeliest tokens would have the log-probabilities said; not
   * a number where they do not tell.
   */
  double temperatureOf(List<Answer> answers) {
    Candidates given = answers.get(0).candidates().get(0);
    int first = -1;
    int last = -1;
    for (int c = 0; c < given.tokens().length; c++) {
      if (given.logProbs()[c] > NEVER) {
        first = first < 0 || given.logProbs()[c] > given.logProbs()[first] ? c : first;
        last = last < 0 || given.logProbs()[c] < given.logProbs()[last] ? c : last;
      }
    }
    if (first == last) {
      return Double.NaN;
    }
    return (logits[given.tokens()[first]] - logits[given.tokens()[last]])
        / (given.logProbs()[first] - given.logProbs()[last]);
  }

  private static double difference(double own, double said) {
    boolean never = own < NEVER;
    boolean saidNever = !(said > NEVER);
    if (never || saidNever) {
      return never == saidNever ? 0 : -NEVER;
    }
    return Math.abs(own - said);
  }
}
