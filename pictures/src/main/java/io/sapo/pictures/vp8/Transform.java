package io.sapo.pictures.vp8;

/** The inverse transforms (RFC 6386, section 14). */
final class Transform {
  private Transform() {}

  /**
   * The inverse Walsh-Hadamard transform.
   *
   * @param values of a macroblock; 16 at {@code from} become the first of each luminance block
   */
  static void spreadDcs(int[] values, int from) {
    int[] half = new int[16];
    for (int i = 0; i < 4; i++) {
      int a0 = values[from + i] + values[from + 12 + i];
      int a1 = values[from + 4 + i] + values[from + 8 + i];
      int a2 = values[from + 4 + i] - values[from + 8 + i];
      int a3 = values[from + i] - values[from + 12 + i];
      half[i] = a0 + a1;
      half[8 + i] = a0 - a1;
      half[4 + i] = a3 + a2;
      half[12 + i] = a3 - a2;
    }
    for (int i = 0; i < 4; i++) {
      int dc = half[4 * i] + 3;
      int a0 = dc + half[4 * i + 3];
      int a1 = half[4 * i + 1] + half[4 * i + 2];
      int a2 = half[4 * i + 1] - half[4 * i + 2];
      int a3 = dc - half[4 * i + 3];
      values[64 * i] = (a0 + a1) >> 3;
      values[64 * i + 16] = (a3 + a2) >> 3;
      values[64 * i + 32] = (a0 - a1) >> 3;
      values[64 * i + 48] = (a3 - a2) >> 3;
    }
  }

  /** Adds what 16 coefficients stand for to a predicted block. */
  static void add(int[] values, int from, byte[] plane, int at, int stride) {
    int[] half = new int[16];
    for (int i = 0; i < 4; i++) {
      int a = values[from + i] + values[from + 8 + i];
      int b = values[from + i] - values[from + 8 + i];
      int c = sine(values[from + 4 + i]) - cosine(values[from + 12 + i]);
      int d = cosine(values[from + 4 + i]) + sine(values[from + 12 + i]);
      half[4 * i] = a + d;
      half[4 * i + 1] = b + c;
      half[4 * i + 2] = b - c;
      half[4 * i + 3] = a - d;
    }
    for (int y = 0; y < 4; y++) {
      int dc = half[y] + 4;
      int a = dc + half[8 + y];
      int b = dc - half[8 + y];
      int c = sine(half[4 + y]) - cosine(half[12 + y]);
      int d = cosine(half[4 + y]) + sine(half[12 + y]);
      int to = at + y * stride;
      plane[to] = clamped((plane[to] & 0xff) + ((a + d) >> 3));
      plane[to + 1] = clamped((plane[to + 1] & 0xff) + ((b + c) >> 3));
      plane[to + 2] = clamped((plane[to + 2] & 0xff) + ((b - c) >> 3));
      plane[to + 3] = clamped((plane[to + 3] & 0xff) + ((a - d) >> 3));
    }
  }

  /** Times √2 cos(π/8). */
  private static int cosine(int value) {
    return ((value * 20091) >> 16) + value;
  }

  /** Times √2 sin(π/8). */
  private static int sine(int value) {
    return (value * 35468) >> 16;
  }

  static byte clamped(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
