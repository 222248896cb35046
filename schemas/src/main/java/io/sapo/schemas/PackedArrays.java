package io.sapo.schemas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Number arrays as little-endian bytes, the form in which records carry them.
 *
 * <p>Unpacking reads from the buffer's position to its limit and leaves both as they were; a length
 * that is no multiple of the element size is an {@link IllegalArgumentException}.
 */
public final class PackedArrays {
  private PackedArrays() {}

  public static ByteBuffer pack(int[] values) {
    ByteBuffer bytes = allocate(values.length, Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return bytes;
  }

  public static ByteBuffer pack(float[] values) {
    ByteBuffer bytes = allocate(values.length, Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  public static ByteBuffer pack(double[] values) {
    ByteBuffer bytes = allocate(values.length, Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return bytes;
  }

  public static int[] ints(ByteBuffer bytes) {
    int[] values = new int[count(bytes, Integer.BYTES)];
    little(bytes).asIntBuffer().get(values);
    return values;
  }

  public static float[] floats(ByteBuffer bytes) {
    float[] values = new float[count(bytes, Float.BYTES)];
    little(bytes).asFloatBuffer().get(values);
    return values;
  }

  public static double[] doubles(ByteBuffer bytes) {
    double[] values = new double[count(bytes, Double.BYTES)];
    little(bytes).asDoubleBuffer().get(values);
    return values;
  }

  /** Number of elements of the given size. */
  public static int count(ByteBuffer bytes, int elementBytes) {
    if (bytes.remaining() % elementBytes != 0) {
      throw new IllegalArgumentException(
          bytes.remaining() + " bytes are no whole number of " + elementBytes + "-byte elements");
    }
    return bytes.remaining() / elementBytes;
  }

  private static ByteBuffer allocate(int count, int elementBytes) {
    return ByteBuffer.allocate(Math.multiplyExact(count, elementBytes))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer little(ByteBuffer bytes) {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
