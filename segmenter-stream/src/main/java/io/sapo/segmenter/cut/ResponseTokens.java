package io.sapo.segmenter.cut;

/**
 * What a cut looks at: one response of T tokens. The arrays are shared, not copied; nobody writes
 * to them.
 *
 * @param text the decoded response
 * @param charEnds per token: offset in {@code text} (UTF-16 units) where its text ends; never
 *     decreasing, at most the text's length
 * @param logProbs per token: log-probability under the distribution it was sampled from
 * @param entropies per token: entropy in nats of that distribution
 */
public record ResponseTokens(String text, int[] charEnds, float[] logProbs, float[] entropies) {
  /**
   * @throws IllegalArgumentException when there is no token or the arrays disagree in length
   */
  public ResponseTokens {
    int tokens = charEnds.length;
    if (tokens == 0) {
      throw new IllegalArgumentException("a response without tokens cannot be cut");
    }
    if (logProbs.length != tokens || entropies.length != tokens) {
      throw new IllegalArgumentException(
          tokens
              + " token ends, "
              + logProbs.length
              + " log-probabilities and "
              + entropies.length
              + " entropies should be of one length");
    }
  }

  public int count() {
    return charEnds.length;
  }
}
