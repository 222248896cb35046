package io.sapo.policy.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.function.Consumer;

/**
 * Native arrays with what Java arrays hold. They lie in libtorch's own memory, aligned as it aligns
 * everything, and are gone when they are closed. {@code NDManager.create} of a Java array instead
 * leaves its values in a direct buffer, which only the garbage collector frees: gigabytes in a run
 * whose heap is quiet, and no model larger than the limit of direct memory.
 *
 * <p>Each belongs to the manager given.
 */
public final class NativeArrays {

  private NativeArrays() {}

  public static NDArray floats(NDManager manager, float[] values, long... shape) {
    return floats(manager, FloatBuffer.wrap(values), shape);
  }

  /**
   * @param values from position to limit
   */
  public static NDArray floats(NDManager manager, FloatBuffer values, long... shape) {
    return filled(
        manager,
        DataType.FLOAT32,
        shape,
        values.remaining(),
        target -> target.asFloatBuffer().put(values.duplicate()));
  }

  public static NDArray doubles(NDManager manager, double[] values, long... shape) {
    return filled(
        manager,
        DataType.FLOAT64,
        shape,
        values.length,
        target -> target.asDoubleBuffer().put(DoubleBuffer.wrap(values)));
  }

  public static NDArray longs(NDManager manager, long[] values, long... shape) {
    return filled(
        manager,
        DataType.INT64,
        shape,
        values.length,
        target -> target.asLongBuffer().put(LongBuffer.wrap(values)));
  }

  public static NDArray ints(NDManager manager, int[] values, long... shape) {
    return filled(
        manager,
        DataType.INT32,
        shape,
        values.length,
        target -> target.asIntBuffer().put(IntBuffer.wrap(values)));
  }

  public static NDArray booleans(NDManager manager, boolean[] values, long... shape) {
    return filled(
        manager,
        DataType.BOOLEAN,
        shape,
        values.length,
        target -> {
          for (boolean value : values) {
            target.put((byte) (value ? 1 : 0));
          }
        });
  }

  /**
   * @param bytes from position to limit; the position is left as it was
   */
  public static NDArray bytes(NDManager manager, ByteBuffer bytes, DataType type, int count) {
    return filled(
        manager, type, new long[] {count}, count, target -> target.put(bytes.duplicate()));
  }

  /** Float32 of no elements: stands for an absent argument. */
  public static NDArray absent(NDManager manager) {
    return manager.create(new Shape(0), DataType.FLOAT32);
  }

  private static NDArray filled(
      NDManager manager, DataType type, long[] shape, int count, Consumer<ByteBuffer> fill) {
    Shape wanted = shape.length == 0 ? new Shape(count) : new Shape(shape);
    if (wanted.size() != count) {
      throw new IllegalArgumentException(count + " values do not fill an array of shape " + wanted);
    }
    NDArray array = manager.create(wanted, type, Device.cpu());
    if (count > 0) {
      // A view of the array's own memory; DJL gives it the byte order of the machine.
      fill.accept(array.toByteBuffer(true));
    }
    if (manager.getDevice().equals(Device.cpu())) {
      return array;
    }
    try (array) {
      return array.toDevice(manager.getDevice(), true);
    }
  }
}
