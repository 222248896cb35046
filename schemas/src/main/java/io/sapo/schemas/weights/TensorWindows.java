package io.sapo.schemas.weights;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** Two tensors side by side, window by window. */
final class TensorWindows {
  /** After a difference elements are compared one by one for so many bytes: more are likely. */
  private static final int NEIGHBOURHOOD = 1 << 10;

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
   * The elements that differ, bit by bit, in ascending order.
   *
   * @param found takes an element's first byte, counted from the windows' begin
   */
  static void changes(ByteBuffer before, ByteBuffer after, int elementBytes, IntConsumer found) {
    ByteBuffer old = before.slice().order(before.order());
    ByteBuffer now = after.slice().order(after.order());
    int end = now.limit();
    int difference = now.mismatch(old);
    while (difference >= 0) {
      int at = now.position() + difference;
      at -= at % elementBytes;
      int until = Math.min(end, at + NEIGHBOURHOOD);
      for (; at < until; at += elementBytes) {
        boolean same =
            elementBytes == Float.BYTES
                ? now.getInt(at) == old.getInt(at)
                : now.getShort(at) == old.getShort(at);
        if (!same) {
          found.accept(at);
        }
      }
      now.position(until);
      old.position(until);
      difference = now.mismatch(old);
    }
  }
}
