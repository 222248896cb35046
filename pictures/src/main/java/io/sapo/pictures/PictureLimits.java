package io.sapo.pictures;

/** Limits on pictures, the same for every role, so that what one takes no other refuses. */
public final class PictureLimits {
  /** Of an encoded picture, inline or in a file. */
  public static final int MAX_ENCODED_BYTES = 16 << 20;

  /** Of width and height. */
  public static final int MAX_SIDE = 16_384;

  /** Of the picture as encoded; inflating more takes seconds. */
  public static final long MAX_PIXELS = 64L << 20;

  /**
   * Of the heap that one decoding holds, samples and RGB. Larger pictures are read at every second
   * (third, …) row and column.
   */
  public static final long MAX_DECODED_BYTES = 128L << 20;

  /**
   * Of the coefficients that a JPEG of several scans needs outside the heap; they cannot be thinned
   * out.
   */
  public static final long MAX_COEFFICIENT_BYTES = 192L << 20;

  /**
   * Of all scans of a JPEG together, each over all pixels and components; some seconds. Encoders
   * write ten or a few more, the largest picture may have sixteen.
   */
  static final long MAX_SCANNED_SAMPLES = 3L << 29;

  private PictureLimits() {}

  /**
   * @throws UnreadablePictureException when no picture may have this size
   */
  static void checkSize(long width, long height) {
    if (width < 1
        || height < 1
        || width > MAX_SIDE
        || height > MAX_SIDE
        || width * height > MAX_PIXELS) {
      throw new UnreadablePictureException(
          "%d x %d pixels; allowed are 1 to %d a side and %d in all"
              .formatted(width, height, MAX_SIDE, MAX_PIXELS));
    }
  }
}
