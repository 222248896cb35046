package io.sapo.policy.picture;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A picture as the vision tower takes it. Its patches take some fifty times the encoded picture's
 * memory, so they are mostly made when they are asked for, and again when they are asked for again.
 * Two prepared pictures are the same when they are the same object. Thread-safe.
 */
public final class PreparedPicture {
  private final int gridT;
  private final int gridH;
  private final int gridW;
  private final int patchValues;
  private final long heldBytes;
  private final Object source;
  private final Supplier<float[]> patches;

  /**
   * @param gridT groups of frames; 1 for a still picture
   * @param gridH patches from top to bottom, a multiple of the merge size
   * @param gridW patches from left to right, a multiple of the merge size
   * @param patches as {@link #patches()} gives them; never written after construction
   */
  public PreparedPicture(int gridT, int gridH, int gridW, float[] patches) {
    this(
        gridT,
        gridH,
        gridW,
        patches.length / Math.max(1, gridT * gridH * gridW),
        (long) Float.BYTES * patches.length,
        patches,
        () -> patches);
    if (patches.length % patchCount() != 0) {
      throw new IllegalArgumentException(
          "%d values do not divide into a grid of %d x %d x %d patches"
              .formatted(patches.length, gridT, gridH, gridW));
    }
  }

  private PreparedPicture(
      int gridT,
      int gridH,
      int gridW,
      int patchValues,
      long heldBytes,
      Object source,
      Supplier<float[]> patches) {
    if (gridT <= 0 || gridH <= 0 || gridW <= 0) {
      throw new IllegalArgumentException(
          "a grid of %d x %d x %d patches".formatted(gridT, gridH, gridW));
    }
    this.gridT = gridT;
    this.gridH = gridH;
    this.gridW = gridW;
    this.patchValues = patchValues;
    this.heldBytes = heldBytes;
    this.source = source;
    this.patches = patches;
  }

  /**
   * @param patchValues values of one patch
   * @param encoded what the patches are made from
   * @param patches makes the same patches at every call, and does not fail
   */
  static PreparedPicture deferred(
      int gridT, int gridH, int gridW, int patchValues, byte[] encoded, Supplier<float[]> patches) {
    return new PreparedPicture(
        gridT, gridH, gridW, patchValues, encoded.length, new Encoded(encoded), patches);
  }

  public int gridT() {
    return gridT;
  }

  public int gridH() {
    return gridH;
  }

  public int gridW() {
    return gridW;
  }

  public int patchCount() {
    return gridT * gridH * gridW;
  }

  /** Values of one patch: channels · temporalPatch · patch · patch. */
  public int patchValues() {
    return patchValues;
  }

  /** Memory that this picture holds as long as it is reachable. */
  public long heldBytes() {
    return heldBytes;
  }

  /**
   * Row-major [gridT · gridH · gridW, channels · temporalPatch · patch · patch], in the order of
   * Hugging Face's {@code pixel_values}: the patches of one merged token are neighbours. May decode
   * the picture: ask once and let go. Not to be written to.
   */
  public float[] patches() {
    return patches.get();
  }

  /** Tokens this picture takes up in a prompt. */
  public int mergedTokens(int mergeSize) {
    return patchCount() / (mergeSize * mergeSize);
  }

  /** Whether both are the same grid of patches made from the same bytes. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PreparedPicture picture
        && gridT == picture.gridT
        && gridH == picture.gridH
        && gridW == picture.gridW
        && patchValues == picture.patchValues
        && source.equals(picture.source);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  /** Bytes that are compared by content. */
  private static final class Encoded {
    private final byte[] bytes;
    private final int hash;

    Encoded(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Encoded encoded
          && hash == encoded.hash
          && Arrays.equals(bytes, encoded.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
