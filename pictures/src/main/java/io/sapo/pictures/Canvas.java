package io.sapo.pictures;

import java.util.Arrays;

/** Where a frame does not fill its canvas, the rest is white. */
final class Canvas {
  private Canvas() {}

  static RgbPicture place(RgbPicture frame, int left, int top, int width, int height) {
    boolean fills = left == 0 && top == 0 && width <= frame.width() && height <= frame.height();
    if (fills) {
      return frame;
    }
    byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
    Arrays.fill(rgb, (byte) 255);
    int columns = Math.min(frame.width(), width - left);
    for (int y = 0; y < Math.min(frame.height(), height - top); y++) {
      System.arraycopy(
          frame.rgb(), 3 * y * frame.width(), rgb, 3 * ((y + top) * width + left), 3 * columns);
    }
    return new RgbPicture(width, height, rgb);
  }
}
