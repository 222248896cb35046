package io.sapo.policy.picture;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG and JPEG bytes to RGB. Samples are taken as stored: no colour management, alpha dropped, grey
 * copied to all channels, as PIL's {@code convert("RGB")} does. Size limits apply before any pixel
 * is decoded.
 */
final class PictureDecoder {
  static final int MAX_BYTES = 32 << 20;
  static final long MAX_PIXELS = 64L << 20;
  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  private PictureDecoder() {}

  static RgbPicture decode(byte[] encoded) {
    if (encoded.length > MAX_BYTES) {
      throw new UnreadablePictureException(
          "picture has " + encoded.length + " bytes; the limit is " + MAX_BYTES);
    }
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
      ImageReader reader = reader(input);
      try {
        reader.setInput(input, true, true);
        return decode(reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new UnreadablePictureException("picture is corrupt: " + e.getMessage(), e);
    }
  }

  private static ImageReader reader(ImageInputStream input) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new UnreadablePictureException("picture is neither PNG nor JPEG");
  }

  private static RgbPicture decode(ImageReader reader) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if ((long) width * height > MAX_PIXELS) {
      throw new UnreadablePictureException(
          "picture is %d x %d; the limit is %d pixels".formatted(width, height, MAX_PIXELS));
    }
    return toRgb(reader.read(0));
  }

  private static RgbPicture toRgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    int bits = raster.getSampleModel().getSampleSize(0);
    int[] samples = new int[width * raster.getNumBands()];
    int next = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < 3; channel++) {
          rgb[next++] =
              (byte)
                  (indexed
                      ? image.getColorModel().getRGB(samples[x]) >> (16 - 8 * channel)
                      : sample(samples, x, raster.getNumBands(), channel, bits));
        }
      }
    }
    return new RgbPicture(width, height, rgb);
  }

  private static int sample(int[] samples, int x, int bands, int channel, int bits) {
    int value = samples[x * bands + (bands >= 3 ? channel : 0)];
    return bits == 16 ? value >> 8 : value * 255 / ((1 << bits) - 1);
  }
}
