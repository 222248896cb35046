package io.sapo.pictures.vp8l;

import java.nio.ByteBuffer;

/** Bits of bytes, the lowest first. */
final class BitReader {
  private final ByteBuffer in;
  private int current;
  private int left;

  BitReader(ByteBuffer in) {
    this.in = in.slice();
  }

  /**
   * @throws java.nio.BufferUnderflowException when there are no more
   */
  int bit() {
    if (left == 0) {
      current = in.get() & 0xff;
      left = 8;
    }
    int bit = current & 1;
    current >>= 1;
    left--;
    return bit;
  }

  boolean flag() {
    return bit() == 1;
  }

  int number(int bits) {
    int number = 0;
    for (int i = 0; i < bits; i++) {
      number |= bit() << i;
    }
    return number;
  }
}
