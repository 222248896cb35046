package io.sapo.policy.network;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.picture.PreparedPicture;

/**
 * Rotary positions of a sequence's tokens: one axis for text models; time, height and width for
 * Qwen2.5-VL and Qwen3-VL, where a picture's tokens count rows and columns from the position after
 * the text before it, and the text after it goes on from the largest (Qwen2-VL, section 2.1).
 *
 * @param axes [axis][token] for prompt and response
 * @param next position of the token that would follow, on every axis
 */
public record RotaryPositions(int[][] axes, int next) {

  /**
   * @throws IllegalArgumentException where the prompt's image tokens do not match its pictures
   */
  public static RotaryPositions of(TokenSequence sequence, ModelConfig config) {
    int[][] axes = new int[config.decoder().attention().rotary().positionAxes()][sequence.length()];
    int imageToken = imageToken(config, sequence);
    int next = 0;
    int picture = 0;
    for (int i = 0; i < sequence.length(); ) {
      boolean inPrompt = i < sequence.promptTokens().length;
      if (inPrompt && sequence.token(i) == imageToken) {
        int tokens = checkRun(sequence, i, picture, imageToken, mergeSize(config));
        next = placePicture(axes, i, next, sequence.pictures().get(picture), mergeSize(config));
        picture++;
        i += tokens;
      } else {
        for (int[] axis : axes) {
          axis[i] = next;
        }
        next++;
        i++;
      }
    }
    if (picture != sequence.pictures().size()) {
      throw new IllegalArgumentException(
          "A prompt has %d pictures but image tokens for %d"
              .formatted(sequence.pictures().size(), picture));
    }
    return new RotaryPositions(axes, next);
  }

  private static int imageToken(ModelConfig config, TokenSequence sequence) {
    if (config.vision().isEmpty() && !sequence.pictures().isEmpty()) {
      throw new IllegalArgumentException("A text-only model cannot look at pictures");
    }
    return config.imageTokens().map(ModelConfig.ImageTokens::image).orElse(-1);
  }

  private static int mergeSize(ModelConfig config) {
    return config.vision().orElseThrow().patches().mergeSize();
  }

  /** Checks that a picture's image tokens start at {@code begin} and returns how many they are. */
  private static int checkRun(
      TokenSequence sequence, int begin, int picture, int imageToken, int merge) {
    if (picture >= sequence.pictures().size()) {
      throw new IllegalArgumentException(
          "A prompt has an image token at %d after the tokens of its %d pictures"
              .formatted(begin, sequence.pictures().size()));
    }
    int tokens = sequence.pictures().get(picture).mergedTokens(merge);
    for (int i = begin; i < begin + tokens; i++) {
      if (i >= sequence.promptTokens().length || sequence.token(i) != imageToken) {
        throw new IllegalArgumentException(
            "Picture %d of a prompt takes %d image tokens but the prompt has %d from %d on"
                .formatted(picture, tokens, i - begin, begin));
      }
    }
    return tokens;
  }

  /** Positions of a still picture's tokens, all at one time; returns the next free position. */
  private static int placePicture(
      int[][] axes, int begin, int start, PreparedPicture picture, int merge) {
    int rows = picture.gridH() / merge;
    int columns = picture.gridW() / merge;
    for (int i = 0; i < picture.gridT() * rows * columns; i++) {
      axes[0][begin + i] = start;
      axes[1][begin + i] = start + i / columns % rows;
      axes[2][begin + i] = start + i % columns;
    }
    return start + Math.max(rows, columns);
  }
}
