package io.sapo.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Samples as stored to RGB bytes, without colour management: grey copied to all channels, the high
 * byte of 16 bits, white behind what is transparent.
 */
final class Samples {
  private static final int WHITE = 255;

  private Samples() {}

  static RgbPicture rgb(BufferedImage image) {
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return indexed(image.getRaster(), palette);
    }
    return direct(image.getRaster(), new int[0]);
  }

  /**
   * A picture whose one grey level or colour is transparent.
   *
   * @param key two big-endian bytes for each colour sample, in the picture's own bit depth
   */
  static RgbPicture keyed(BufferedImage image, byte[] key) {
    int[] transparent = new int[key.length / 2];
    for (int i = 0; i < transparent.length; i++) {
      transparent[i] = (key[2 * i] & 0xff) << 8 | key[2 * i + 1] & 0xff;
    }
    return direct(image.getRaster(), transparent);
  }

  /** White behind 32-bit pixels, of which one in {@code step} a row and column is taken. */
  static RgbPicture argb(int[] argb, int width, int height, boolean translucent, int step) {
    int columns = PictureHeader.thinned(width, step);
    int rows = PictureHeader.thinned(height, step);
    byte[] rgb = new byte[Math.multiplyExact(3 * columns, rows)];
    int next = 0;
    for (int y = 0; y < height; y += step) {
      for (int x = 0; x < width; x += step) {
        int pixel = argb[y * width + x];
        int alpha = translucent ? pixel >>> 24 : WHITE;
        rgb[next++] = overWhite(pixel >> 16 & 0xff, alpha);
        rgb[next++] = overWhite(pixel >> 8 & 0xff, alpha);
        rgb[next++] = overWhite(pixel & 0xff, alpha);
      }
    }
    return new RgbPicture(columns, rows, rgb);
  }

  /**
   * White behind a picture whose alpha was stored apart.
   *
   * @param alpha of every pixel, of which the picture has one in {@code step} a row and column
   */
  static RgbPicture overWhite(RgbPicture picture, byte[] alpha, int alphaWidth, int step) {
    int width = picture.width();
    byte[] rgb = new byte[picture.rgb().length];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = i / 3;
      int at = pixel / width * step * alphaWidth + pixel % width * step;
      rgb[i] = overWhite(picture.rgb()[i] & 0xff, alpha[at] & 0xff);
    }
    return new RgbPicture(width, picture.height(), rgb);
  }

  private static RgbPicture indexed(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
    int[] samples = new int[width];
    int next = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, samples);
      for (int sample : samples) {
        int index = Math.min(sample, palette.getMapSize() - 1);
        int alpha = palette.getAlpha(index);
        rgb[next++] = overWhite(palette.getRed(index), alpha);
        rgb[next++] = overWhite(palette.getGreen(index), alpha);
        rgb[next++] = overWhite(palette.getBlue(index), alpha);
      }
    }
    return new RgbPicture(width, raster.getHeight(), rgb);
  }

  private static RgbPicture direct(Raster raster, int[] transparent) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int bits = raster.getSampleModel().getSampleSize(0);
    boolean alphaBand = bands == 2 || bands == 4;
    byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
    int[] samples = new int[width * bands];
    int next = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int at = 0; at < samples.length; at += bands) {
        int alpha = WHITE;
        if (alphaBand) {
          alpha = eightBits(samples[at + bands - 1], bits);
        } else if (matches(samples, at, transparent)) {
          alpha = 0;
        }
        for (int channel = 0; channel < 3; channel++) {
          int sample = samples[at + (bands >= 3 ? channel : 0)];
          rgb[next++] = overWhite(eightBits(sample, bits), alpha);
        }
      }
    }
    return new RgbPicture(width, raster.getHeight(), rgb);
  }

  private static boolean matches(int[] samples, int at, int[] transparent) {
    for (int i = 0; i < transparent.length; i++) {
      if (samples[at + i] != transparent[i]) {
        return false;
      }
    }
    return transparent.length > 0;
  }

  private static int eightBits(int sample, int bits) {
    return bits == 16 ? sample >> 8 : sample * 255 / ((1 << bits) - 1);
  }

  /** Rounded as PIL's {@code paste} with a mask rounds. */
  private static byte overWhite(int value, int alpha) {
    int sum = WHITE * (255 - alpha) + value * alpha + 128;
    return (byte) ((sum + (sum >> 8)) >> 8);
  }
}
