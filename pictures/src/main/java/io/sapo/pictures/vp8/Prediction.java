package io.sapo.pictures.vp8;

/** What a macroblock looks like by its neighbours (RFC 6386, section 12). */
final class Prediction {
  private static final int ABOVE_ALL = 127;
  private static final int LEFT_OF_ALL = 129;

  private final byte[] plane;
  private final int stride;

  Prediction(byte[] plane, int stride) {
    this.plane = plane;
    this.stride = stride;
  }

  private int pixel(int x, int y) {
    return y < 0 ? ABOVE_ALL : x < 0 ? LEFT_OF_ALL : plane[y * stride + x] & 0xff;
  }

  private void set(int x, int y, int value) {
    plane[y * stride + x] = (byte) value;
  }

  /** A square of 16 or 8 pixels. */
  void whole(int mode, int left, int top, int size) {
    int corner = pixel(left - 1, top - 1);
    int even = mode == Modes.DC ? even(left, top, size) : 0;
    for (int y = top; y < top + size; y++) {
      int before = pixel(left - 1, y);
      for (int x = left; x < left + size; x++) {
        int above = pixel(x, top - 1);
        set(
            x,
            y,
            switch (mode) {
              case Modes.DC -> even;
              case Modes.VERTICAL -> above;
              case Modes.HORIZONTAL -> before;
              default -> Transform.clamped(before + above - corner);
            });
      }
    }
  }

  /** The mean of the neighbours that there are. */
  private int even(int left, int top, int size) {
    int sum = 0;
    int count = 0;
    for (int i = 0; i < size; i++) {
      sum += (top > 0 ? pixel(left + i, top - 1) : 0) + (left > 0 ? pixel(left - 1, top + i) : 0);
      count += (top > 0 ? 1 : 0) + (left > 0 ? 1 : 0);
    }
    return count == 0 ? 128 : (sum + count / 2) / count;
  }

  /**
   * A block of 4 by 4.
   *
   * @param right four pixels above and to the right of it
   */
  void block(int mode, int left, int top, int[] right) {
    int[] e = new int[13];
    for (int i = 0; i < 4; i++) {
      e[i] = pixel(left - 1, top + 3 - i);
      e[5 + i] = pixel(left + i, top - 1);
      e[9 + i] = right[i];
    }
    e[4] = pixel(left - 1, top - 1);
    switch (mode) {
      case 0 -> {
        int sum = 4;
        for (int i = 0; i < 4; i++) {
          sum += e[i] + e[5 + i];
        }
        fill(left, top, sum >> 3);
      }
      case 1 -> {
        for (int i = 0; i < 16; i++) {
          set(left + i % 4, top + i / 4, Transform.clamped(e[3 - i / 4] + e[5 + i % 4] - e[4]));
        }
      }
      case 2 -> {
        for (int i = 0; i < 16; i++) {
          set(left + i % 4, top + i / 4, three(e, 5 + i % 4));
        }
      }
      case 3 -> {
        for (int i = 0; i < 16; i++) {
          int y = i / 4;
          set(left + i % 4, top + y, y < 3 ? three(e, 3 - y) : (e[1] + 3 * e[0] + 2) >> 2);
        }
      }
      default -> diagonal(mode, left, top, e);
    }
  }

  private void fill(int left, int top, int value) {
    for (int i = 0; i < 16; i++) {
      set(left + i % 4, top + i / 4, value);
    }
  }

  /** The neighbours stand in {@code e} from the lowest on the left to the rightmost above. */
  private void diagonal(int mode, int left, int top, int[] e) {
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        set(left + x, top + y, slanted(mode, x, y, e));
      }
    }
  }

  private static int slanted(int mode, int x, int y, int[] e) {
    return switch (mode) {
      case 4 -> x + y < 6 ? three(e, 6 + x + y) : (e[11] + 3 * e[12] + 2) >> 2;
      case 5 -> three(e, 4 + x - y);
      case 6 -> {
        int steep = 2 * x - y;
        yield steep < -1
            ? three(e, 4 + 1 - y)
            : steep == -1
                ? three(e, 4)
                : steep % 2 == 0 ? two(e, 4 + steep / 2) : three(e, 4 + steep / 2 + 1);
      }
      case 7 -> {
        if (x == 3 && y >= 2) {
          yield three(e, 8 + y);
        }
        yield y % 2 == 0 ? two(e, 5 + x + y / 2) : three(e, 6 + x + y / 2);
      }
      case 8 -> {
        int flat = 2 * y - x;
        yield flat < -1
            ? three(e, 4 - 1 + x)
            : flat == -1
                ? three(e, 4)
                : flat % 2 == 0 ? two(e, 3 - flat / 2) : three(e, 3 - flat / 2);
      }
      default -> {
        int down = x + 2 * y;
        yield down > 5
            ? e[0]
            : down == 5
                ? (e[1] + 3 * e[0] + 2) >> 2
                : down % 2 == 0 ? two(e, 2 - down / 2) : three(e, 2 - down / 2);
      }
    };
  }

  /** Of the neighbour at {@code i} and the next. */
  private static int two(int[] e, int i) {
    return (e[i] + e[i + 1] + 1) >> 1;
  }

  /** Of the neighbour at {@code i} and those beside it. */
  private static int three(int[] e, int i) {
    return (e[i - 1] + 2 * e[i] + e[i + 1] + 2) >> 2;
  }
}
