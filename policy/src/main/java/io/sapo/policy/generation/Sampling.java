package io.sapo.policy.generation;

/**
 * How a response is sampled: softmax(logits / temperature), cut to the {@code topK} likeliest
 * tokens, then to the likeliest of those until their probability reaches {@code topP}.
 *
 * @param temperature 0 takes the likeliest token each time
 * @param topP in (0, 1]; 1 cuts nothing
 * @param topK 0 cuts nothing
 */
public record Sampling(double temperature, double topP, int topK, int maxNewTokens) {
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be 0 or more but is " + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p must be in (0, 1] but is " + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top-k must be 0 or more but is " + topK);
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max new tokens must be positive but is " + maxNewTokens);
    }
  }

  public static Sampling greedy(int maxNewTokens) {
    return new Sampling(0, 1, 0, maxNewTokens);
  }

  /** The whole distribution at a temperature. */
  public static Sampling at(double temperature, int maxNewTokens) {
    return new Sampling(temperature, 1, 0, maxNewTokens);
  }
}
