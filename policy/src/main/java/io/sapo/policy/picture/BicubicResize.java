package io.sapo.policy.picture;

import io.sapo.pictures.RgbPicture;

/**
 * PIL's antialiased bicubic resampling, bit for bit: a = -0.5, filter widened by the scale when
 * shrinking, 22-bit fixed-point weights, columns first, rounded to bytes between the passes (Pillow
 * up to 12, {@code src/libImaging/Resample.c}). Pillow 13 takes rows first where much more of the
 * height than of the width is lost; torchvision, transformers' default, takes columns first.
 */
final class BicubicResize {
  private static final int PRECISION_BITS = 22;
  private static final double SUPPORT = 2;
  private static final double A = -0.5;

  private BicubicResize() {}

  static RgbPicture resize(RgbPicture picture, int width, int height) {
    RgbPicture result = picture;
    if (width != picture.width()) {
      result = resizeColumns(result, width);
    }
    return height == picture.height() ? result : resizeRows(result, height);
  }

  /** Fixed-point weights of the source samples {@code first[i]…} that make up sample i. */
  private record Weights(int[] first, int[][] weights) {
    static Weights of(int sourceSize, int size) {
      double scale = (double) sourceSize / size;
      double filterScale = Math.max(scale, 1);
      double support = SUPPORT * filterScale;
      int[] first = new int[size];
      int[][] weights = new int[size][];
      for (int i = 0; i < size; i++) {
        double center = (i + 0.5) * scale;
        int begin = Math.max((int) (center - support + 0.5), 0);
        int end = Math.min((int) (center + support + 0.5), sourceSize);
        first[i] = begin;
        weights[i] = normalised(begin, end, center, 1 / filterScale);
      }
      return new Weights(first, weights);
    }

    private static int[] normalised(int begin, int end, double center, double inverseScale) {
      double[] exact = new double[end - begin];
      double sum = 0;
      for (int x = 0; x < exact.length; x++) {
        exact[x] = bicubic((x + begin - center + 0.5) * inverseScale);
        sum += exact[x];
      }
      int[] fixed = new int[exact.length];
      for (int x = 0; x < exact.length; x++) {
        double weight = exact[x] / sum;
        fixed[x] = (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
      }
      return fixed;
    }
  }

  private static double bicubic(double signed) {
    double x = Math.abs(signed);
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }

  private static RgbPicture resizeColumns(RgbPicture source, int width) {
    Weights weights = Weights.of(source.width(), width);
    byte[] rgb = new byte[Math.multiplyExact(3 * width, source.height())];
    for (int y = 0; y < source.height(); y++) {
      for (int x = 0; x < width; x++) {
        int from = 3 * (y * source.width() + weights.first()[x]);
        combine(source.rgb(), from, 3, weights.weights()[x], rgb, 3 * (y * width + x));
      }
    }
    return new RgbPicture(width, source.height(), rgb);
  }

  private static RgbPicture resizeRows(RgbPicture source, int height) {
    Weights weights = Weights.of(source.height(), height);
    int rowBytes = 3 * source.width();
    byte[] rgb = new byte[Math.multiplyExact(rowBytes, height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < source.width(); x++) {
        int from = weights.first()[y] * rowBytes + 3 * x;
        combine(source.rgb(), from, rowBytes, weights.weights()[y], rgb, y * rowBytes + 3 * x);
      }
    }
    return new RgbPicture(source.width(), height, rgb);
  }

  private static void combine(
      byte[] source, int from, int stride, int[] weights, byte[] target, int at) {
    for (int channel = 0; channel < 3; channel++) {
      int sum = 1 << (PRECISION_BITS - 1);
      for (int k = 0; k < weights.length; k++) {
        sum += (source[from + k * stride + channel] & 0xff) * weights[k];
      }
      target[at + channel] = (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
    }
  }
}
