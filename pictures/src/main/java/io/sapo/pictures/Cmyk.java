package io.sapo.pictures;

import java.awt.image.Raster;

/**
 * Printers' colours to RGB, as PIL does it: samples of a JPEG are taken as inverted, which is how
 * Adobe writes them, and no colour profile is applied.
 */
final class Cmyk {
  private static final int FIXED_BITS = 16;

  private Cmyk() {}

  /**
   * @param raster of four bands
   * @param luminance whether the first three bands are YCbCr
   */
  static RgbPicture rgb(Raster raster, boolean luminance) {
    int width = raster.getWidth();
    byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
    int[] samples = new int[4 * width];
    int next = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int at = 0; at < samples.length; at += 4) {
        if (luminance) {
          toInverted(samples, at);
        }
        int light = samples[at + 3];
        for (int channel = 0; channel < 3; channel++) {
          int ink = 255 - samples[at + channel];
          rgb[next++] = (byte) Math.max(0, light - scaled(ink, light));
        }
      }
    }
    return new RgbPicture(width, raster.getHeight(), rgb);
  }

  /** a · b / 255, rounded. */
  private static int scaled(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }

  /** YCCK to inverted CMYK in libjpeg's fixed-point arithmetic ({@code jdcolor.c}). */
  private static void toInverted(int[] samples, int at) {
    int y = samples[at];
    int blue = samples[at + 1] - 128;
    int red = samples[at + 2] - 128;
    int half = 1 << (FIXED_BITS - 1);
    samples[at] = 255 - clamped(y + ((fixed(1.402) * red + half) >> FIXED_BITS));
    samples[at + 1] =
        255 - clamped(y + ((-fixed(0.34414) * blue - fixed(0.71414) * red + half) >> FIXED_BITS));
    samples[at + 2] = 255 - clamped(y + ((fixed(1.772) * blue + half) >> FIXED_BITS));
  }

  private static int fixed(double value) {
    return (int) (value * (1 << FIXED_BITS) + 0.5);
  }

  private static int clamped(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
