package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A tensor in the element type it is published in, read a window at a time wherever it lies. It may
 * have 2^31 bytes and more. Elements are little-endian and row-major.
 */
public interface PublishedTensor {
  /** Largest window, in bytes. */
  int MAX_WINDOW_BYTES = 64 << 20;

  /** Windows in which a whole tensor is read: a few of the largest chunks. */
  int WINDOW_BYTES = 4 << 20;

  ElementType type();

  /** As in the checkpoint. */
  String name();

  /** Empty for a scalar. */
  long[] shape();

  /**
   * Shows bytes [begin, begin + length) to the reader. Several threads may read while nobody
   * writes.
   *
   * @param begin a multiple of the element size, as is {@code length}
   * @param length at most {@link #MAX_WINDOW_BYTES}
   * @param reader gets a little-endian view, valid during the call
   */
  void read(long begin, int length, Consumer<ByteBuffer> reader);

  /** Number of elements. */
  default long count() {
    return bytes() / elementBytes(type());
  }

  /** Size of all elements. */
  default long bytes() {
    return byteCount(type(), name(), shape());
  }

  /** Shows all elements in order, in windows. */
  default void forEachWindow(Consumer<ByteBuffer> reader) {
    long bytes = bytes();
    for (long begin = 0; begin < bytes; begin += WINDOW_BYTES) {
      read(begin, (int) Math.min(WINDOW_BYTES, bytes - begin), reader);
    }
  }

  /** Hex SHA-256 of all elements. */
  default String sha256() {
    MessageDigest digest = DigestUtils.getSha256Digest();
    forEachWindow(digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  static int elementBytes(ElementType type) {
    return type == ElementType.F32 ? Float.BYTES : Short.BYTES;
  }

  /**
   * @throws IllegalArgumentException for a negative dimension
   * @throws ArithmeticException where the product is beyond a long
   */
  static long byteCount(ElementType type, String name, long[] shape) {
    long count = elementBytes(type);
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("tensor " + name + " has a negative dimension " + size);
      }
      count = Math.multiplyExact(count, size);
    }
    return count;
  }
}
