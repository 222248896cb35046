package io.sapo.learner.input;

import io.sapo.policy.network.TokenSequence;

/**
 * One admitted trajectory, ready for the network. Arrays by trained token hold one element for each
 * response token that the loss mask lets through, so that nothing behind this record knows of
 * masks; {@code trainedTokens} leads back to the response.
 *
 * @param position where its record lies
 * @param sequence prompt, pictures and whole response
 * @param trainedTokens ascending indices of the trained response tokens, at least one
 * @param segmentEnds by segment: index into the trained tokens of its last one, ascending
 * @param segmentIndices by segment: its index among the record's segments
 * @param recordSegments segments of the record, those without a trained token included
 * @param segmentRewards by segment, the outcome in the last
 * @param behaviourLogProbs by trained token
 * @param versions by trained token: that of the weights that drew it
 * @param startVersion version of the response's first token
 * @param sourcePartition of the trajectories topic
 */
public record TrainingExample(
    Position position,
    String trajectoryId,
    TokenSequence sequence,
    Draw draw,
    int[] trainedTokens,
    int[] segmentEnds,
    int[] segmentIndices,
    int recordSegments,
    double[] segmentRewards,
    double outcome,
    boolean correct,
    Group group,
    double[] behaviourLogProbs,
    long[] versions,
    long startVersion,
    int sourcePartition,
    long sourceOffset) {

  /**
   * How the response was drawn.
   *
   * @param temperature positive
   * @param limit tokens that it might have had at most
   * @param cutOff whether it ended because it had as many
   * @param fromAll whether every token could be drawn, not the likeliest alone (top-p, top-k)
   */
  public record Draw(double temperature, int limit, boolean cutOff, boolean fromAll) {
    /** At the given temperature, from all tokens, to its end. */
    public static Draw at(double temperature, int limit) {
      return new Draw(temperature, limit, false, true);
    }
  }

  public double temperature() {
    return draw.temperature();
  }

  /** Statistics of the outcomes of the rollouts of one prompt. */
  public record Group(int count, double mean, double deviation) {}
}
