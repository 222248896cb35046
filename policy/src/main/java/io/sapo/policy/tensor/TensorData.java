package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor whose elements are read a window at a time, wherever they lie: in a file, on a device,
 * in the log. It may have 2^31 bytes and more; no reader holds more than a window of it.
 *
 * <p>Elements are little-endian and row-major.
 */
public interface TensorData {
  /** Largest window, in bytes. */
  int WINDOW_BYTES = 64 << 20;

  TensorSpec spec();

  ElementType type();

  /**
   * Shows bytes [begin, begin + length) to the reader.
   *
   * @param begin a multiple of the element size, as is {@code length}
   * @param length at most {@link #WINDOW_BYTES}
   * @param reader gets a read-only view, valid during the call
   */
  void read(long begin, int length, Consumer<ByteBuffer> reader);

  /** Size of all elements. */
  default long bytes() {
    return Math.multiplyExact(spec().elements(), type().bytes());
  }

  /** Shows all elements in order, in windows. */
  default void forEachWindow(Consumer<ByteBuffer> reader) {
    for (long begin = 0; begin < bytes(); begin += WINDOW_BYTES) {
      read(begin, (int) Math.min(WINDOW_BYTES, bytes() - begin), reader);
    }
  }
}
