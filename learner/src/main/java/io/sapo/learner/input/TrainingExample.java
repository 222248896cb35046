package io.sapo.learner.input;

import io.sapo.policy.network.TokenSequence;

/**
 * One admitted trajectory, ready for the network. Arrays by trained token hold one element for each
 * response token that the loss mask lets through, so that nothing behind this record knows of
 * masks; {@code trainedTokens} leads back to the response.
 *
 * @param position where its record lies
 * @param sequence prompt, pictures and whole response
 * @param temperature at which the tokens were drawn, positive
 * @param trainedTokens ascending indices of the trained response tokens, at least one
 * @param segmentEnds by segment: index into the trained tokens of its last one, ascending
 * @param segmentIndices by segment: its index among the record's segments
 * @param recordSegments segments of the record, those without a trained token included
 * @param segmentRewards by segment, the outcome in the last
 * @param behaviourLogProbs by trained token
 * @param startVersion version of the first token
 * @param sourcePartition of the trajectories topic
 */
public record TrainingExample(
    Position position,
    String trajectoryId,
    TokenSequence sequence,
    double temperature,
    int[] trainedTokens,
    int[] segmentEnds,
    int[] segmentIndices,
    int recordSegments,
    double[] segmentRewards,
    double outcome,
    boolean correct,
    Group group,
    double[] behaviourLogProbs,
    long startVersion,
    int sourcePartition,
    long sourceOffset) {

  /** Statistics of the outcomes of the rollouts of one prompt. */
  public record Group(int count, double mean, double deviation) {}
}
