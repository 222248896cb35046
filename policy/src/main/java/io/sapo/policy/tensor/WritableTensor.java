package io.sapo.policy.tensor;

import java.nio.ByteBuffer;

/** A tensor that can be written a window at a time; by one thread at a time. */
public interface WritableTensor extends TensorData {
  /**
   * Puts the remaining bytes, at most {@link #WINDOW_BYTES}, in the place of those from {@code
   * begin} on.
   *
   * @param begin a multiple of the element size, as is the number of bytes
   * @param bytes little-endian; its position is left as it was
   */
  void write(long begin, ByteBuffer bytes);

  /**
   * Replaces single elements.
   *
   * @param places indices of elements, row-major; as many as there are values
   * @param values little-endian elements, at most {@link #WINDOW_BYTES}; the position is left as it
   *     was
   */
  void scatter(long[] places, ByteBuffer values);
}
