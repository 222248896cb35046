package io.sapo.pictures.vp8;

/**
 * YCbCr to RGB as libwebp does it: chrominance interpolated with 9, 3, 3 and 1 sixteenths of the
 * four nearest samples in two rounding steps, then 14-bit fixed-point arithmetic.
 */
final class Colours {
  private static final int FRACTION_BITS = 6;

  private final Planes planes;
  private final int width;
  private final int height;

  Colours(Planes planes, int width, int height) {
    this.planes = planes;
    this.width = width;
    this.height = height;
  }

  /** Every {@code step}-th pixel of every {@code step}-th row. */
  byte[] rgb(int step) {
    int columns = (width + step - 1) / step;
    int rows = (height + step - 1) / step;
    byte[] rgb = new byte[Math.multiplyExact(3 * columns, rows)];
    int next = 0;
    for (int y = 0; y < height; y += step) {
      for (int x = 0; x < width; x += step) {
        int luma = scaled(planes.y[y * planes.stride + x] & 0xff, 19_077);
        int u = sample(planes.u, x, y);
        int v = sample(planes.v, x, y);
        rgb[next++] = clamped(luma + scaled(v, 26_149) - 14_234);
        rgb[next++] = clamped(luma - scaled(u, 6_419) - scaled(v, 13_320) + 8_708);
        rgb[next++] = clamped(luma + scaled(u, 33_050) - 17_685);
      }
    }
    return rgb;
  }

  private int sample(byte[] plane, int x, int y) {
    int stride = planes.stride / 2;
    int nearX = x / 2;
    int nearY = y / 2;
    int farX = beside(x, (width + 1) / 2);
    int farY = beside(y, (height + 1) / 2);
    int near = plane[nearY * stride + nearX] & 0xff;
    int above = plane[farY * stride + nearX] & 0xff;
    if (farX == nearX) {
      return (3 * near + above + 2) >> 2;
    }
    int left = plane[nearY * stride + farX] & 0xff;
    int far = plane[farY * stride + farX] & 0xff;
    int diagonal = (near + above + left + far + 8 + 2 * (above + left)) >> 3;
    return (diagonal + near) >> 1;
  }

  /** The second nearest sample: before for even places, behind for odd ones; itself at the ends. */
  private static int beside(int place, int samples) {
    int at = place / 2 + (place % 2 == 0 ? -1 : 1);
    return at < 0 || at >= samples ? place / 2 : at;
  }

  private static int scaled(int value, int factor) {
    return (value * factor) >> 8;
  }

  private static byte clamped(int value) {
    return (byte) Math.max(0, Math.min(255, value >> FRACTION_BITS));
  }
}
