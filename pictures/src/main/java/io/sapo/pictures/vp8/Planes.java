package io.sapo.pictures.vp8;

/** Luminance, and chrominance at half the width and height, in whole macroblocks. */
final class Planes {
  final int stride;
  final byte[] y;
  final byte[] u;
  final byte[] v;

  Planes(int columns, int rows) {
    stride = 16 * columns;
    y = new byte[Math.multiplyExact(stride, 16 * rows)];
    u = new byte[y.length / 4];
    v = new byte[y.length / 4];
  }
}
