package io.sapo.policy.picture;

/**
 * A picture as the vision tower takes it.
 *
 * @param gridT groups of frames; 1 for a still picture
 * @param gridH patches from top to bottom, a multiple of the merge size
 * @param gridW patches from left to right, a multiple of the merge size
 * @param patches row-major [gridT · gridH · gridW, channels · temporalPatch · patch · patch], in
 *     the order of Hugging Face's {@code pixel_values}: the patches of one merged token are
 *     neighbours. Owned by the record and never written after construction.
 */
public record PreparedPicture(int gridT, int gridH, int gridW, float[] patches) {
  public PreparedPicture {
    int count = gridT * gridH * gridW;
    if (count <= 0 || patches.length % count != 0) {
      throw new IllegalArgumentException(
          "%d values do not divide into a grid of %d x %d x %d patches"
              .formatted(patches.length, gridT, gridH, gridW));
    }
  }

  public int patchCount() {
    return gridT * gridH * gridW;
  }

  /** Tokens this picture takes up in a prompt. */
  public int mergedTokens(int mergeSize) {
    return patchCount() / (mergeSize * mergeSize);
  }
}
