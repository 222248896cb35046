package io.sapo.pictures;

/**
 * What an encoded picture says of itself.
 *
 * @param width as encoded, before an orientation tag is honoured
 * @param height likewise
 * @param sampleBytes bytes of one decoded pixel, before it is RGB
 * @param wholeBytes that decoding takes beside, however much the picture is thinned out
 */
public record PictureHeader(
    PictureFormat format, int width, int height, int sampleBytes, long wholeBytes) {
  private static final int RGB_BYTES = 3;

  public PictureHeader {
    PictureLimits.checkSize(width, height);
  }

  /** Memory that decoding takes. */
  public long decodedBytes() {
    return decodedBytes(subsampling()) + wholeBytes;
  }

  /** Every how many rows and columns one is read, so that decoding stays within the limit. */
  public int subsampling() {
    int step = 1;
    while (decodedBytes(step) > PictureLimits.MAX_DECODED_BYTES) {
      step++;
    }
    return step;
  }

  private long decodedBytes(int step) {
    return (long) thinned(width, step) * thinned(height, step) * (sampleBytes + RGB_BYTES);
  }

  /** How many rows or columns are left of so many when one in {@code step} is read. */
  static int thinned(int side, int step) {
    return (side + step - 1) / step;
  }
}
