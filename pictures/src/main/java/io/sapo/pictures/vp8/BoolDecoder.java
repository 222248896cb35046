package io.sapo.pictures.vp8;

import java.nio.ByteBuffer;

/** RFC 6386's arithmetic decoder (section 7). */
final class BoolDecoder {
  /** So many bytes are looked at ahead of what is needed. */
  private static final int AHEAD = 2;

  private static final int EVEN = 128;

  private final ByteBuffer in;
  private int value;
  private int range = 255;
  private int shifted;
  private int missing;

  /**
   * @param in from its position to its limit
   */
  BoolDecoder(ByteBuffer in) {
    this.in = in.slice();
    this.value = next() << 8;
    this.value |= next();
  }

  private int next() {
    if (in.hasRemaining()) {
      return in.get() & 0xff;
    }
    if (++missing > AHEAD) {
      throw new IllegalArgumentException("compressed data ends early");
    }
    return 0;
  }

  /**
   * @param probability of a zero, in 256ths
   */
  int bit(int probability) {
    int split = 1 + (((range - 1) * probability) >> 8);
    int bit = value >= split << 8 ? 1 : 0;
    if (bit == 1) {
      range -= split;
      value -= split << 8;
    } else {
      range = split;
    }
    while (range < 128) {
      value <<= 1;
      range <<= 1;
      if (++shifted == 8) {
        shifted = 0;
        value |= next();
      }
    }
    return bit;
  }

  boolean flag() {
    return bit(EVEN) == 1;
  }

  boolean flag(int probability) {
    return bit(probability) == 1;
  }

  /** An unsigned number, its high bit first. */
  int number(int bits) {
    int number = 0;
    for (int i = 0; i < bits; i++) {
      number = number << 1 | bit(EVEN);
    }
    return number;
  }

  /** A number with its sign behind it. */
  int signed(int bits) {
    int number = number(bits);
    return flag() ? -number : number;
  }

  /** A signed number if a flag before it says that there is one, else 0. */
  int optional(int bits) {
    return flag() ? signed(bits) : 0;
  }
}
