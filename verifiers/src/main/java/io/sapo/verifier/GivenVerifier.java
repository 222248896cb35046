package io.sapo.verifier;

/**
 * The reference is the reward: somebody else has judged the response already. Right is what got
 * more than nothing.
 */
public final class GivenVerifier implements Verifier {
  private static final double MOST = 1_000;

  @Override
  public String name() {
    return "given";
  }

  @Override
  public Verdict verify(String response, String reference) {
    double reward = reward(reference);
    return new Verdict(reward, reward > 0);
  }

  @Override
  public Explanation explain(String response, String reference) {
    return new Explanation(
        verify(response, reference), "", "", reference, "the reward was given with it");
  }

  private double reward(String reference) {
    try {
      double reward = Double.parseDouble(reference);
      if (Math.abs(reward) <= MOST) {
        return reward;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new ReferenceAnswerException(name(), reference, "a number from -1000 to 1000");
  }
}
