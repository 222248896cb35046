package io.sapo.pictures.vp8l;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A lossless picture, decoded.
 *
 * @param argb pixels row by row
 * @param translucent whether alpha means anything
 */
public record LosslessFrame(int width, int height, int[] argb, boolean translucent) {
  private static final int SIGNATURE = 0x2F;
  private static final int PREDICTOR = 0;
  private static final int CROSS_COLOUR = 1;
  private static final int SUBTRACT_GREEN = 2;

  /**
   * @param data its pixels or its palette; null where it needs none
   * @param bits of the side of a square, or by which indices are packed
   * @param width of the picture before it was done
   */
  private record Step(int type, int[] data, int bits, int width) {}

  /**
   * @param frame content of a WebP's {@code VP8L} chunk
   * @throws RuntimeException of many types when the data is damaged
   */
  public static LosslessFrame of(ByteBuffer frame) {
    BitReader in = new BitReader(frame);
    if (in.number(8) != SIGNATURE) {
      throw new IllegalArgumentException("no lossless picture");
    }
    int width = 1 + in.number(14);
    int height = 1 + in.number(14);
    boolean translucent = in.flag();
    if (in.number(3) != 0) {
      throw new IllegalArgumentException("a lossless picture of a later version");
    }
    return new LosslessFrame(width, height, pixels(in, width, height), translucent);
  }

  /** The pixels of a picture without its header, such as one that stands for transparency. */
  public static int[] headless(ByteBuffer data, int width, int height) {
    return pixels(new BitReader(data), width, height);
  }

  private static int[] pixels(BitReader in, int width, int height) {
    List<Step> steps = new ArrayList<>();
    int packed = width;
    int seen = 0;
    while (in.flag()) {
      int type = in.number(2);
      if ((seen >> type & 1) == 1) {
        throw new IllegalArgumentException("a transform twice");
      }
      seen |= 1 << type;
      if (type == SUBTRACT_GREEN) {
        steps.add(new Step(type, null, 0, packed));
      } else if (type == PREDICTOR || type == CROSS_COLOUR) {
        int bits = 2 + in.number(3);
        int[] squares =
            PixelReader.read(
                in, PixelReader.blocks(packed, bits), PixelReader.blocks(height, bits), false);
        steps.add(new Step(type, squares, bits, packed));
      } else {
        int[] palette = palette(in);
        int bits = palette.length > 16 ? 0 : palette.length > 4 ? 1 : palette.length > 2 ? 2 : 3;
        steps.add(new Step(type, palette, bits, packed));
        packed = PixelReader.blocks(packed, bits);
      }
    }
    int[] pixels = PixelReader.read(in, packed, height, true);
    for (int i = steps.size() - 1; i >= 0; i--) {
      pixels = undone(steps.get(i), pixels, height);
    }
    return pixels;
  }

  /** Each colour is stored as its difference to the one before. */
  private static int[] palette(BitReader in) {
    int[] palette = PixelReader.read(in, 1 + in.number(8), 1, false);
    for (int i = 1; i < palette.length; i++) {
      palette[i] = Predictors.add(palette[i], palette[i - 1]);
    }
    return palette;
  }

  private static int[] undone(Step step, int[] pixels, int height) {
    switch (step.type()) {
      case PREDICTOR -> Predictors.undo(pixels, step.width(), step.data(), step.bits());
      case CROSS_COLOUR -> undoCrossColour(step, pixels);
      case SUBTRACT_GREEN -> {
        for (int i = 0; i < pixels.length; i++) {
          int green = pixels[i] >> 8 & 0xff;
          pixels[i] = Predictors.add(pixels[i], green << 16 | green);
        }
      }
      default -> {
        return unpacked(step, pixels, height);
      }
    }
    return pixels;
  }

  private static void undoCrossColour(Step step, int[] pixels) {
    int across = PixelReader.blocks(step.width(), step.bits());
    for (int i = 0; i < pixels.length; i++) {
      int x = i % step.width() >> step.bits();
      int y = i / step.width() >> step.bits();
      int factors = step.data()[y * across + x];
      int argb = pixels[i];
      int green = argb >> 8;
      int red = (argb >> 16) + share(factors, green) & 0xff;
      int blue = argb + share(factors >> 8, green) + share(factors >> 16, red) & 0xff;
      pixels[i] = argb & 0xff00ff00 | red << 16 | blue;
    }
  }

  private static int share(int factor, int colour) {
    return (byte) factor * (byte) colour >> 5;
  }

  private static int[] unpacked(Step step, int[] pixels, int height) {
    int width = step.width();
    int across = PixelReader.blocks(width, step.bits());
    int indexBits = 8 >> step.bits();
    boolean inPlace = step.bits() == 0;
    int[] unpacked = inPlace ? pixels : new int[Math.multiplyExact(width, height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int green = pixels[y * across + (x >> step.bits())] >> 8 & 0xff;
        int place = x & (1 << step.bits()) - 1;
        int index = green >> place * indexBits & (1 << indexBits) - 1;
        unpacked[y * width + x] = index < step.data().length ? step.data()[index] : 0;
      }
    }
    return unpacked;
  }
}
