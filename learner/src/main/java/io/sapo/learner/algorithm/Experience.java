package io.sapo.learner.algorithm;

/**
 * What is known about a batch of responses before it is trained on. Token arrays hold one element a
 * response token, in the layout of {@code cut.tokens()}.
 *
 * @param cut the responses' segments
 * @param outcome the verifier's reward of the whole response, one a response
 * @param segmentRewards before any KL term, one a segment; the outcome is in each response's last
 * @param groups statistics of each response's outcome in its group
 * @param behaviourLogProbs log μ: recorded when the tokens were sampled
 * @param oldLogProbs log π_old: under the weights at the start of the update
 * @param refLogProbs under the frozen reference, or null
 * @param values the critic's at the start of the update, element t before token t; null without a
 *     critic
 */
public record Experience(
    Segmentation cut,
    double[] outcome,
    double[] segmentRewards,
    GroupStatistics groups,
    double[] behaviourLogProbs,
    double[] oldLogProbs,
    double[] refLogProbs,
    double[] values) {}
