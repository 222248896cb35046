package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A question whose answer shows by which weights, and from which distribution, a server samples:
 * some first tokens behind a fixed prompt.
 *
 * @param prompt longer than a block of a server's prefix cache where prompts may be, so that keys
 *     and values left of older weights show
 * @param sampling of this run, but at a temperature away from 1, so that log-probabilities before
 *     and after it differ
 * @param samples first tokens asked for
 */
record Probe(int[] prompt, Sampling sampling, int samples) {
  private static final int TOKENS = 160;
  private static final int DRAWS = 4;
  private static final double OTHER_THAN_ONE = 0.7;

  /** Nearer to 1 a temperature makes too little difference. */
  private static final double AWAY_FROM_ONE = 0.1;

  /**
   * @param never tokens that the prompt must not hold
   */
  static Probe of(int vocabularySize, Set<Integer> never, int maxPromptTokens, Sampling sampling) {
    SplittableRandom random = new SplittableRandom(11);
    int[] prompt = new int[Math.min(TOKENS, maxPromptTokens)];
    for (int i = 0; i < prompt.length; i++) {
      do {
        prompt[i] = random.nextInt(vocabularySize);
      } while (never.contains(prompt[i]));
    }
    boolean near = Math.abs(sampling.temperature() - 1) < AWAY_FROM_ONE;
    double temperature = near ? OTHER_THAN_ONE : sampling.temperature();
    return new Probe(prompt, new Sampling(temperature, sampling.topP(), sampling.topK(), 1), DRAWS);
  }
}
