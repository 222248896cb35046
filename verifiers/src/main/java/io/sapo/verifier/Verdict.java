package io.sapo.verifier;

/**
 * What a verifier thinks of a response.
 *
 * @param reward outcome reward, finite; usually 0 to 1
 * @param correct whether the final answer is right, whatever else the reward counts
 */
public record Verdict(double reward, boolean correct) {
  public Verdict {
    if (!Double.isFinite(reward)) {
      throw new IllegalArgumentException("reward " + reward + " is not finite");
    }
  }

  /** Reward 1 for a right answer, 0 for a wrong one. */
  public static Verdict of(boolean correct) {
    return new Verdict(correct ? 1 : 0, correct);
  }
}
