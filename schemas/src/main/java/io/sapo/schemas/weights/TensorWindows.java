package io.sapo.schemas.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.function.IntConsumer;

/** Two tensors side by side, window by window. */
final class TensorWindows {
  /** Words compared at a time: of two arrays that stay in the cache. */
  private static final int PIECE_WORDS = 1 << 12;

  private TensorWindows() {}

  /** Takes the same bytes of both. */
  interface Pairs {
    void accept(long begin, ByteBuffer one, ByteBuffer other);
  }

  /** Shows tensors of one type and shape. */
  static void pairs(PublishedTensor one, PublishedTensor other, Pairs reader) {
    long bytes = one.bytes();
    for (long begin = 0; begin < bytes; begin += PublishedTensor.WINDOW_BYTES) {
      long from = begin;
      int length = (int) Math.min(PublishedTensor.WINDOW_BYTES, bytes - begin);
      other.read(
          from,
          length,
          second -> one.read(from, length, first -> reader.accept(from, first, second)));
    }
  }

  /**
   * The elements that differ, bit by bit, in ascending order. They are compared a word at a time,
   * in arrays: single reads of a buffer are several times as slow.
   *
   * @param found takes an element's first byte, counted from the windows' begin
   */
  static void changes(ByteBuffer before, ByteBuffer after, int elementBytes, IntConsumer found) {
    ByteBuffer old = before.slice().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer now = after.slice().order(ByteOrder.LITTLE_ENDIAN);
    int words = now.limit() / Long.BYTES;
    LongBuffer oldWords = old.asLongBuffer();
    LongBuffer nowWords = now.asLongBuffer();
    long[] one = new long[Math.min(words, PIECE_WORDS)];
    long[] other = new long[one.length];
    for (int begin = 0; begin < words; begin += PIECE_WORDS) {
      int count = Math.min(PIECE_WORDS, words - begin);
      oldWords.get(one, 0, count);
      nowWords.get(other, 0, count);
      for (int i = 0; i < count; i++) {
        long difference = one[i] ^ other[i];
        if (difference != 0) {
          inWord(difference, (begin + i) * Long.BYTES, elementBytes, found);
        }
      }
    }
    for (int at = words * Long.BYTES; at < now.limit(); at += elementBytes) {
      boolean same =
          elementBytes == Float.BYTES
              ? now.getInt(at) == old.getInt(at)
              : now.getShort(at) == old.getShort(at);
      if (!same) {
        found.accept(at);
      }
    }
  }

  private static void inWord(long difference, int at, int elementBytes, IntConsumer found) {
    int bits = Byte.SIZE * elementBytes;
    long element = (1L << bits) - 1;
    long left = difference;
    while (left != 0) {
      int in = Long.numberOfTrailingZeros(left) / bits;
      found.accept(at + in * elementBytes);
      left &= ~(element << in * bits);
    }
  }
}
