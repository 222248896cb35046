package io.sapo.learner.algorithm;

/**
 * What is known about a batch of responses before it is trained on. Token arrays hold one element a
 * response token, in the layout of {@code cut.tokens()}.
 *
 * @param cut the responses' segments
 */
public record Experience(Segmentation cut, Responses responses, Scores scores) {

  /**
   * How the responses were judged; one entry a response where nothing else is said.
   *
   * @param outcome the verifier's reward of the whole response
   * @param segmentRewards before any KL term, one a segment; the outcome is in each response's last
   * @param groups statistics of each response's outcome in its group
   * @param cutOff whether it ended at its length limit
   * @param limits tokens that it might have had at most
   */
  public record Responses(
      double[] outcome,
      double[] segmentRewards,
      GroupBaselines groups,
      boolean[] cutOff,
      int[] limits) {}

  /**
   * What the networks say; one element a token.
   *
   * @param behaviourLogProbs log μ: recorded when the tokens were sampled
   * @param oldLogProbs log π_old: under the weights at the start of the update
   * @param refLogProbs under the frozen reference, or null
   * @param entropies of π_old
   * @param values the critic's at the start of the update, element t before token t; null without a
   *     critic
   * @param tailValues one a response, behind its last token; null where nothing is bootstrapped
   */
  public record Scores(
      double[] behaviourLogProbs,
      double[] oldLogProbs,
      double[] refLogProbs,
      double[] entropies,
      double[] values,
      double[] tailValues) {

    /** Log-probabilities of the policy that ratios and KL penalties start from. */
    double[] anchor(OffPolicy offPolicy) {
      return offPolicy.mode() == OffPolicy.Mode.OFF ? behaviourLogProbs : oldLogProbs;
    }
  }
}
