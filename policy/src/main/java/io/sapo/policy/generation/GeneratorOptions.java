package io.sapo.policy.generation;

import java.util.List;

/**
 * @param slots responses drawn at a time
 * @param capacity longest prompt and response together, in tokens
 * @param stepsPerCall tokens drawn for each response before finished ones are handed out, slots are
 *     filled again and new weights are taken up
 * @param forbiddenTokens never drawn
 * @param stopTokens end a response, beside those that the model's config names
 */
public record GeneratorOptions(
    int slots,
    int capacity,
    int stepsPerCall,
    List<Integer> forbiddenTokens,
    List<Integer> stopTokens) {
  public GeneratorOptions {
    if (slots < 1 || capacity < 2 || stepsPerCall < 1) {
      throw new IllegalArgumentException(
          "slots (%d) and steps per call (%d) must be positive, capacity (%d) at least 2"
              .formatted(slots, stepsPerCall, capacity));
    }
    forbiddenTokens = List.copyOf(forbiddenTokens);
    stopTokens = List.copyOf(stopTokens);
  }

  public GeneratorOptions(
      int slots, int capacity, int stepsPerCall, List<Integer> forbiddenTokens) {
    this(slots, capacity, stepsPerCall, forbiddenTokens, List.of());
  }

  public static GeneratorOptions of(int slots, int capacity, int stepsPerCall) {
    return new GeneratorOptions(slots, capacity, stepsPerCall, List.of());
  }

  /** Places of a slot's cache: attention looks at whole blocks. */
  int cacheLength() {
    return (capacity + 31) / 32 * 32;
  }
}
