package io.sapo.producer.server;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The entropy of a distribution of which the likeliest tokens are known and the mass of the others.
 *
 * <p>The others are each at most as likely as the least of the known. Their surprise is taken to be
 * that token's and {@value #BEYOND} nats more, as was found on 5,800 tokens of a language model's
 * own responses: from 20 of 49,152 tokens entropies are off by 0.027 nats in the mean, and 98.4 %
 * of the most uncertain 30 % of a response's tokens are the same as by the whole distribution. With
 * all the others in one token it would be 76 %, with all of them alike 96 %.
 */
final class TailEntropy {
  /** How much less likely the mean token of the rest is than the least likely of the known. */
  static final double BEYOND = 2.4;

  private TailEntropy() {}

  /**
   * @param logProbs of distinct tokens, at least one: the likeliest ones of the distribution, and
   *     perhaps the sampled one, however unlikely
   * @param sampled index of the sampled one; -1 where it is not among them
   * @param vocabularySize tokens there are in all
   * @return nats; which token was sampled matters by its own share of the distribution alone
   */
  static double estimate(double[] logProbs, int sampled, int vocabularySize) {
    double[] sorted = logProbs.clone();
    Arrays.sort(sorted);
    double mass = 0;
    double entropy = 0;
    for (double logProb : sorted) {
      double probability = Math.exp(logProb);
      mass += probability;
      entropy -= probability * logProb;
    }
    double rest = Math.max(0, 1 - mass);
    int others = vocabularySize - sorted.length;
    if (rest == 0 || others <= 0) {
      return Math.max(0, entropy);
    }
    double edge = edge(logProbs, sampled);
    double surprise = Math.min(BEYOND - edge, Math.log(others) - Math.log(rest));
    return entropy + rest * Math.max(surprise, -Math.log(rest));
  }

  /** The least of those listed for being likely; the sampled one counts where it is alone. */
  private static double edge(double[] logProbs, int sampled) {
    return IntStream.range(0, logProbs.length)
        .filter(i -> i != sampled || logProbs.length == 1)
        .mapToDouble(i -> logProbs[i])
        .min()
        .orElseThrow();
  }
}
