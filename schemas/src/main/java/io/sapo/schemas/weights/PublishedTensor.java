package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A tensor in the element type it is published in.
 *
 * @param name as in the checkpoint
 * @param shape empty for a scalar
 * @param elements little-endian, row-major; not copied, so one owner at a time may write to it
 */
public record PublishedTensor(ElementType type, String name, long[] shape, byte[] elements) {

  public PublishedTensor {
    if (byteCount(type, name, shape) != elements.length) {
      throw new IllegalArgumentException(
          "tensor %s has %d bytes, but its shape asks for %d"
              .formatted(name, elements.length, byteCount(type, name, shape)));
    }
  }

  /** Rounds to nearest, ties to even, where the type is narrower than float32. */
  public static PublishedTensor of(ElementType type, String name, long[] shape, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, elementBytes(type)))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.F32) {
      bytes.asFloatBuffer().put(values);
    } else {
      ShortBuffer out = bytes.asShortBuffer();
      for (float value : values) {
        out.put(toBf16(value));
      }
    }
    return new PublishedTensor(type, name, shape.clone(), bytes.array());
  }

  /** The elements widened to float32. */
  public float[] floats() {
    float[] values = new float[count()];
    ByteBuffer bytes = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.F32) {
      FloatBuffer in = bytes.asFloatBuffer();
      in.get(values);
    } else {
      ShortBuffer in = bytes.asShortBuffer();
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.intBitsToFloat(in.get(i) << 16);
      }
    }
    return values;
  }

  /** Chosen elements widened to float32. */
  public float[] floats(int[] places) {
    float[] values = new float[places.length];
    ByteBuffer bytes = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < places.length; i++) {
      values[i] =
          type == ElementType.F32
              ? bytes.getFloat(places[i] * Float.BYTES)
              : Float.intBitsToFloat(bytes.getShort(places[i] * Short.BYTES) << 16);
    }
    return values;
  }

  /** Number of elements. */
  public int count() {
    return elements.length / elementBytes(type);
  }

  /** Hex SHA-256 of {@link #elements}. */
  public String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(elements));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static int elementBytes(ElementType type) {
    return type == ElementType.F32 ? Float.BYTES : Short.BYTES;
  }

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

  private static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
