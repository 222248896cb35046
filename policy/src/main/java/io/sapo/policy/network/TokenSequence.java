package io.sapo.policy.network;

import io.sapo.policy.picture.PreparedPicture;
import java.util.List;

/**
 * One row of a batch: a prompt and what was answered to it. The arrays are not copied; nobody may
 * write to them afterwards.
 *
 * @param promptTokens as fed to the network, at least one; a picture takes up one image token for
 *     each of its merged patches, in the order of {@code pictures}
 * @param pictures empty for a text-only prompt
 * @param responseTokens empty before generation
 */
public record TokenSequence(
    int[] promptTokens, List<PreparedPicture> pictures, int[] responseTokens) {

  public TokenSequence {
    if (promptTokens.length == 0) {
      throw new IllegalArgumentException("A prompt needs at least one token");
    }
    pictures = List.copyOf(pictures);
  }

  public static TokenSequence text(int[] promptTokens, int[] responseTokens) {
    return new TokenSequence(promptTokens, List.of(), responseTokens);
  }

  /** Prompt and response together. */
  public int length() {
    return promptTokens.length + responseTokens.length;
  }

  /** The token at a position counted from the prompt's first token. */
  public int token(int position) {
    return position < promptTokens.length
        ? promptTokens[position]
        : responseTokens[position - promptTokens.length];
  }
}
