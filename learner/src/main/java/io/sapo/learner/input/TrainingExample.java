package io.sapo.learner.input;

import io.sapo.policy.network.TokenSequence;

/**
 * One admitted trajectory, ready for the network.
 *
 * @param sequence prompt, pictures and whole response
 * @param startVersion version of the response's first token
 */
public record TrainingExample(
    Origin origin,
    TokenSequence sequence,
    Sampled sampled,
    TrainedTokens trained,
    double outcome,
    boolean correct,
    Group group,
    long startVersion) {

  /**
   * Where it comes from.
   *
   * @param position where its record lies
   * @param sourcePartition of the trajectories topic
   */
  public record Origin(
      Position position,
      String trajectoryId,
      String taskId,
      int sourcePartition,
      long sourceOffset) {}

  /**
   * How the response was sampled.
   *
   * @param temperature positive
   * @param limit tokens that it might have had at most
   * @param cutOff whether it ended because it had as many
   * @param fromAll whether all tokens could be sampled, not the likeliest alone (top-p, top-k)
   */
  public record Sampled(double temperature, int limit, boolean cutOff, boolean fromAll) {
    /** At the given temperature, from all tokens, to its end. */
    public static Sampled at(double temperature, int limit) {
      return new Sampled(temperature, limit, false, true);
    }
  }

  public double temperature() {
    return sampled.temperature();
  }

  /**
   * Statistics of the outcomes of the rollouts of one prompt.
   *
   * @param size rollouts that were to be
   * @param count those that came before the group was closed
   */
  public record Group(int size, int count, double mean, double deviation) {

    /** All that is left of a larger group: there is nothing to compare it with. */
    public boolean isRemainder() {
      return count == 1 && size > 1;
    }
  }
}
