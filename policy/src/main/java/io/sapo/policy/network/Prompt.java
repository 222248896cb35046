package io.sapo.policy.network;

import io.sapo.policy.picture.PreparedPicture;
import java.util.Arrays;
import java.util.List;

/**
 * What a response answers, compared by content: sequences of equal prompts share the prompt's pass
 * through the network.
 */
public final class Prompt {
  private final int[] tokens;
  private final List<PreparedPicture> pictures;
  private final int hash;

  private Prompt(int[] tokens, List<PreparedPicture> pictures) {
    this.tokens = tokens;
    this.pictures = pictures;
    this.hash = 31 * Arrays.hashCode(tokens) + pictures.hashCode();
  }

  public static Prompt of(TokenSequence sequence) {
    return new Prompt(sequence.promptTokens(), sequence.pictures());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prompt prompt
        && hash == prompt.hash
        && Arrays.equals(tokens, prompt.tokens)
        && pictures.equals(prompt.pictures);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
