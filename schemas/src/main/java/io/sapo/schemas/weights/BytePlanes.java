package io.sapo.schemas.weights;

/**
 * Numbers sorted by the significance of their bytes: the least significant bytes of all, then the
 * next, and so on. Bytes of one significance resemble one another, so that this compresses better.
 */
final class BytePlanes {
  private BytePlanes() {}

  /**
   * @param numbers little-endian: {@code count} of the first width, then {@code count} of the next
   * @param widths in bytes
   */
  static byte[] of(byte[] numbers, int count, int... widths) {
    byte[] planes = new byte[numbers.length];
    int begin = 0;
    for (int width : widths) {
      for (int plane = 0; plane < width; plane++) {
        int to = begin + plane * count;
        int from = begin + plane;
        for (int i = 0; i < count; i++) {
          planes[to + i] = numbers[from + i * width];
        }
      }
      begin += count * width;
    }
    return planes;
  }

  /** The {@code count} little-endian numbers whose planes begin at {@code begin}. */
  static byte[] numbers(byte[] planes, int begin, int count, int width) {
    byte[] numbers = new byte[count * width];
    for (int plane = 0; plane < width; plane++) {
      int from = begin + plane * count;
      for (int i = 0; i < count; i++) {
        numbers[i * width + plane] = planes[from + i];
      }
    }
    return numbers;
  }

  /** Number {@code i} of {@code count} int32 numbers at the beginning of {@code planes}. */
  static int intAt(byte[] planes, int count, int i) {
    return planes[i] & 0xff
        | (planes[count + i] & 0xff) << 8
        | (planes[2 * count + i] & 0xff) << 16
        | planes[3 * count + i] << 24;
  }
}
