package io.sapo.pictures.vp8l;

/** Entropy-coded pixels: literals, copies of earlier ones, and recent colours. */
final class PixelReader {
  private static final int LITERALS = 256;
  private static final int LENGTHS = 24;
  private static final int DISTANCES = 40;
  private static final int CODES = 5;
  private static final int HASH = 0x1e35a7bd;
  private static final int NEAR = 120;

  /** Of all codes of a picture; libwebp's encoder writes 2,600 groups of codes at most. */
  private static final int MOST_SYMBOLS = 1 << 23;

  /** Two hexadecimal digits a place: how far up it is, and eight less how far to the left. */
  private static final String NEARBY =
      "1807171928062729161a262a38053739151b363a252b48044749141c353b"
          + "464a242c58454b343c035759131d565a232d444c555b333d68026769121e"
          + "666a222e545c434d656b323e78017779535d111f646c424e767a212f757b"
          + "313f636d525e00747c414f1020626e30737d515f40727e616f50717f6070";

  private final BitReader in;
  private final int width;
  private final int[] pixels;
  private int cacheBits;
  private int[] cache = {};
  private int at;

  private PixelReader(BitReader in, int width, int height) {
    this.in = in;
    this.width = width;
    this.pixels = new int[Math.multiplyExact(width, height)];
  }

  /**
   * Pixels as 32-bit ARGB.
   *
   * @param whole whether this is the picture itself, whose parts may have codes of their own
   */
  static int[] read(BitReader in, int width, int height, boolean whole) {
    PixelReader reader = new PixelReader(in, width, height);
    if (in.flag()) {
      reader.cacheBits = in.number(4);
      if (reader.cacheBits < 1 || reader.cacheBits > 11) {
        throw new IllegalArgumentException("a colour cache of " + reader.cacheBits + " bits");
      }
      reader.cache = new int[1 << reader.cacheBits];
    }
    int blockBits = 0;
    int[] blocks = {0};
    if (whole && in.flag()) {
      blockBits = 2 + in.number(3);
      blocks = read(in, blocks(width, blockBits), blocks(height, blockBits), false);
    } else {
      blockBits = 31;
    }
    int groups = 1;
    int squares = blocks.length;
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = blocks[i] >> 8 & 0xffff;
      groups = Math.max(groups, blocks[i] + 1);
    }
    if (groups > squares) {
      throw new IllegalArgumentException("more groups of prefix codes than parts that use them");
    }
    reader.readPixels(reader.codes(groups), blocks, blockBits);
    return reader.pixels;
  }

  static int blocks(int size, int bits) {
    return (size + (1 << bits) - 1) >> bits;
  }

  private PrefixCode[][] codes(int groups) {
    PrefixCode[][] codes = new PrefixCode[groups][CODES];
    int symbols = 0;
    for (PrefixCode[] group : codes) {
      group[0] = PrefixCode.read(in, LITERALS + LENGTHS + cache.length);
      for (int i = 1; i < 4; i++) {
        group[i] = PrefixCode.read(in, LITERALS);
      }
      group[4] = PrefixCode.read(in, DISTANCES);
      for (PrefixCode code : group) {
        symbols += code.symbols();
      }
      if (symbols > MOST_SYMBOLS) {
        throw new IllegalArgumentException("prefix codes of too many symbols");
      }
    }
    return codes;
  }

  private void readPixels(PrefixCode[][] codes, int[] blocks, int blockBits) {
    int across = blockBits == 31 ? 1 : blocks(width, blockBits);
    while (at < pixels.length) {
      int block = (at / width >> blockBits) * across + (at % width >> blockBits);
      PrefixCode[] group = codes[blocks[block]];
      int symbol = group[0].next(in);
      if (symbol < LITERALS) {
        int red = group[1].next(in);
        int blue = group[2].next(in);
        put(group[3].next(in) << 24 | red << 16 | symbol << 8 | blue);
      } else if (symbol < LITERALS + LENGTHS) {
        int length = extended(symbol - LITERALS);
        copy(length, distance(extended(group[4].next(in))));
      } else {
        put(cache[symbol - LITERALS - LENGTHS]);
      }
    }
  }

  private void put(int argb) {
    pixels[at++] = argb;
    if (cache.length > 0) {
      cache[HASH * argb >>> 32 - cacheBits] = argb;
    }
  }

  private void copy(int length, int distance) {
    for (int i = 0; i < length; i++) {
      put(pixels[at - distance]);
    }
  }

  private int extended(int symbol) {
    if (symbol < 4) {
      return symbol + 1;
    }
    int bits = (symbol - 2) >> 1;
    return ((2 + (symbol & 1)) << bits) + in.number(bits) + 1;
  }

  private int distance(int code) {
    if (code > NEAR) {
      return code - NEAR;
    }
    int up = Character.digit(NEARBY.charAt(2 * code - 2), 16);
    int left = 8 - Character.digit(NEARBY.charAt(2 * code - 1), 16);
    return Math.max(1, up * width + left);
  }
}
