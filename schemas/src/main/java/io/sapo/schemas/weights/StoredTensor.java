package io.sapo.schemas.weights;

import java.nio.ByteBuffer;

/** A published tensor that is being assembled, by one thread at a time. */
public interface StoredTensor extends PublishedTensor, AutoCloseable {
  /**
   * Puts the remaining bytes, at most {@link #MAX_WINDOW_BYTES}, in the place of those from {@code
   * begin} on.
   *
   * @param begin a multiple of the element size, as is the number of bytes
   * @param bytes little-endian
   */
  void write(long begin, ByteBuffer bytes);

  /**
   * Replaces single elements.
   *
   * @param places indices of elements, ascending; as many of them as there are values
   * @param values little-endian elements, at most {@link #MAX_WINDOW_BYTES}
   */
  void scatter(long[] places, ByteBuffer values);

  /** Takes over the elements of a tensor of the same type and shape. */
  default void copyOf(PublishedTensor other) {
    long[] at = {0};
    other.forEachWindow(
        window -> {
          write(at[0], window);
          at[0] += window.remaining();
        });
  }

  /** Frees the memory, where it is the tensor's own. */
  @Override
  void close();
}
