package io.sapo.pictures.vp8;

/** Reads the coefficients of macroblocks (RFC 6386, section 13), dequantised. */
final class Coefficients {
  private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};
  private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
  private static final int[][] LARGE = {
    {173, 148, 140},
    {176, 155, 140, 135},
    {180, 157, 141, 134, 130},
    {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
  };

  private static final int LUMA_WITHOUT_DC = 0;
  private static final int SECOND = 1;
  private static final int CHROMA = 2;
  private static final int LUMA = 3;

  /** Columns of blocks in a macroblock: four of luminance, two each of U and V, one of DCs. */
  private static final int CONTEXTS = 9;

  private static final int DC_CONTEXT = 8;

  private final int[][][][] probabilities;
  private final int[] above;
  private final int[] left = new int[CONTEXTS];

  /** Of the macroblock that was read last: 16 blocks of Y, 4 of U, 4 of V. */
  final int[] values = new int[25 * 16];

  Coefficients(int[][][][] probabilities, int macroblocks) {
    this.probabilities = probabilities;
    this.above = new int[macroblocks * CONTEXTS];
  }

  void beginRow() {
    java.util.Arrays.fill(left, 0);
  }

  /** A macroblock that has none. */
  void skip(int column, boolean blockwise) {
    java.util.Arrays.fill(values, 0);
    int at = column * CONTEXTS;
    for (int i = 0; i < CONTEXTS; i++) {
      if (i != DC_CONTEXT || !blockwise) {
        left[i] = 0;
        above[at + i] = 0;
      }
    }
  }

  /** Returns whether any is other than zero. */
  boolean read(BoolDecoder in, int column, boolean blockwise, FrameHeader.Steps steps) {
    java.util.Arrays.fill(values, 0);
    int at = column * CONTEXTS;
    int first = 0;
    int type = LUMA;
    if (!blockwise) {
      int context = left[DC_CONTEXT] + above[at + DC_CONTEXT];
      int count = block(in, SECOND, context, 0, steps.second(), 24 * 16);
      left[DC_CONTEXT] = above[at + DC_CONTEXT] = count > 0 ? 1 : 0;
      Transform.spreadDcs(values, 24 * 16);
      first = 1;
      type = LUMA_WITHOUT_DC;
    }
    for (int block = 0; block < 16; block++) {
      int x = at + block % 4;
      int y = block / 4;
      int count = block(in, type, left[y] + above[x], first, steps.luma(), block * 16);
      left[y] = above[x] = count > first ? 1 : 0;
    }
    for (int block = 16; block < 24; block++) {
      int plane = 4 + (block - 16) / 4 * 2;
      int x = at + plane + block % 2;
      int y = plane + block / 2 % 2;
      int count = block(in, CHROMA, left[y] + above[x], 0, steps.chroma(), block * 16);
      left[y] = above[x] = count > 0 ? 1 : 0;
    }
    for (int i = 0; i < 24 * 16; i++) {
      if (values[i] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns one more than the place of the last coefficient. */
  private int block(BoolDecoder in, int type, int context, int first, int[] steps, int to) {
    int[][][] bands = probabilities[type];
    int[] row = bands[BANDS[first]][context];
    for (int n = first; n < 16; n++) {
      if (!in.flag(row[0])) {
        return n;
      }
      while (!in.flag(row[1])) {
        row = bands[BANDS[++n]][0];
        if (n == 16) {
          return 16;
        }
      }
      int value = 1;
      int next = 1;
      if (in.flag(row[2])) {
        value = large(in, row);
        next = 2;
      }
      row = bands[BANDS[n + 1]][next];
      values[to + ZIGZAG[n]] = (in.flag() ? -value : value) * steps[n > 0 ? 1 : 0];
    }
    return 16;
  }

  private static int large(BoolDecoder in, int[] row) {
    if (!in.flag(row[3])) {
      return in.flag(row[4]) ? 3 + in.bit(row[5]) : 2;
    }
    if (!in.flag(row[6])) {
      return in.flag(row[7]) ? 7 + 2 * in.bit(165) + in.bit(145) : 5 + in.bit(159);
    }
    int high = in.bit(row[8]);
    int category = 2 * high + in.bit(row[9 + high]);
    int extra = 0;
    for (int probability : LARGE[category]) {
      extra = 2 * extra + in.bit(probability);
    }
    return 3 + (8 << category) + extra;
  }
}
