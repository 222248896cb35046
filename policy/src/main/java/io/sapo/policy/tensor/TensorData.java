package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  /**
   * Shows some elements in another type, rounded to nearest with ties to even where that is
   * narrower.
   *
   * @param first of the elements, row by row
   * @param count at most {@link #WINDOW_BYTES} of them in either type
   * @param reader gets a little-endian view, valid during the call
   */
  default void readAs(ElementType type, long first, int count, Consumer<ByteBuffer> reader) {
    ByteBuffer window = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < count; done += TensorCopy.PIECE_ELEMENTS) {
      int piece = Math.min(TensorCopy.PIECE_ELEMENTS, count - done);
      read(
          (first + done) * type().bytes(),
          piece * type().bytes(),
          elements -> TensorCopy.convert(elements, type(), window, type));
    }
    reader.accept(window.flip());
  }

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
