package io.sapo.pictures.vp8l;

/** The predictor transform undone: each pixel is stored as its difference to a guess. */
final class Predictors {
  private static final int BLACK = 0xff000000;

  private Predictors() {}

  /**
   * @param modes in the green of a pixel for each square of {@code 1 << bits} pixels
   */
  static void undo(int[] pixels, int width, int[] modes, int bits) {
    int across = PixelReader.blocks(width, bits);
    for (int at = 0; at < pixels.length; at++) {
      int x = at % width;
      int y = at / width;
      int guess =
          y == 0
              ? x == 0 ? BLACK : pixels[at - 1]
              : x == 0
                  ? pixels[at - width]
                  : guess(modes[(y >> bits) * across + (x >> bits)] >> 8 & 15, pixels, at, width);
      pixels[at] = add(pixels[at], guess);
    }
  }

  static int add(int a, int b) {
    return (a & 0xff00ff00) + (b & 0xff00ff00) & 0xff00ff00
        | (a & 0x00ff00ff) + (b & 0x00ff00ff) & 0x00ff00ff;
  }

  private static int guess(int mode, int[] pixels, int at, int width) {
    int left = pixels[at - 1];
    int above = pixels[at - width];
    int right = pixels[at - width + 1];
    int corner = pixels[at - width - 1];
    return switch (mode) {
      case 1 -> left;
      case 2 -> above;
      case 3 -> right;
      case 4 -> corner;
      case 5 -> mean(mean(left, right), above);
      case 6 -> mean(left, corner);
      case 7 -> mean(left, above);
      case 8 -> mean(corner, above);
      case 9 -> mean(above, right);
      case 10 -> mean(mean(left, corner), mean(above, right));
      case 11 -> nearer(left, above, corner);
      case 12 -> plane(left, above, corner);
      case 13 -> half(mean(left, above), corner);
      default -> BLACK;
    };
  }

  private static int mean(int a, int b) {
    return ((a ^ b) >>> 1 & 0x7f7f7f7f) + (a & b);
  }

  private static int channel(int argb, int shift) {
    return argb >>> shift & 0xff;
  }

  private static int nearer(int left, int above, int corner) {
    int difference = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      difference +=
          Math.abs(channel(left, shift) - channel(corner, shift))
              - Math.abs(channel(above, shift) - channel(corner, shift));
    }
    return difference <= 0 ? above : left;
  }

  private static int plane(int left, int above, int corner) {
    int argb = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int sum = channel(left, shift) + channel(above, shift) - channel(corner, shift);
      argb |= Math.max(0, Math.min(255, sum)) << shift;
    }
    return argb;
  }

  private static int half(int mean, int corner) {
    int argb = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      int from = channel(mean, shift);
      argb |= Math.max(0, Math.min(255, from + (from - channel(corner, shift)) / 2)) << shift;
    }
    return argb;
  }
}
