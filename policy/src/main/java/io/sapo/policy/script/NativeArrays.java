package io.sapo.policy.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Consumer;

/**
 * Native arrays with what Java arrays hold, in the host's memory whatever the manager's device: a
 * script takes them to its device ({@code host.py}), which waits for nothing. They lie in
 * libtorch's own memory, aligned as it aligns everything, and are gone when they are closed. {@code
 * NDManager.create} of a Java array instead leaves its values in a direct buffer, which only the
 * garbage collector frees: gigabytes in a run whose heap is quiet, and no model larger than the
 * limit of direct memory.
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
        shape(shape, values.remaining()),
        values.remaining(),
        target -> target.asFloatBuffer().put(values.duplicate()));
  }

  /** Of no dimensions. */
  public static NDArray scalar(NDManager manager, float value) {
    return filled(
        manager, DataType.FLOAT32, new Shape(), 1, target -> target.asFloatBuffer().put(value));
  }

  /** Of no dimensions. */
  public static NDArray scalar(NDManager manager, long value) {
    return filled(
        manager, DataType.INT64, new Shape(), 1, target -> target.asLongBuffer().put(value));
  }

  public static NDArray doubles(NDManager manager, double[] values, long... shape) {
    return filled(
        manager,
        DataType.FLOAT64,
        shape(shape, values.length),
        values.length,
        target -> target.asDoubleBuffer().put(DoubleBuffer.wrap(values)));
  }

  public static NDArray longs(NDManager manager, long[] values, long... shape) {
    return filled(
        manager,
        DataType.INT64,
        shape(shape, values.length),
        values.length,
        target -> target.asLongBuffer().put(LongBuffer.wrap(values)));
  }

  public static NDArray booleans(NDManager manager, boolean[] values, long... shape) {
    return filled(
        manager,
        DataType.BOOLEAN,
        shape(shape, values.length),
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
    return filled(manager, type, new Shape(count), count, target -> target.put(bytes.duplicate()));
  }

  /** Float32 of no elements: stands for an absent argument. */
  public static NDArray absent(NDManager manager) {
    return manager.create(new Shape(0), DataType.FLOAT32);
  }

  private static Shape shape(long[] given, int count) {
    return given.length == 0 ? new Shape(count) : new Shape(given);
  }

  private static NDArray filled(
      NDManager manager, DataType type, Shape shape, int count, Consumer<ByteBuffer> fill) {
    if (shape.size() != count) {
      throw new IllegalArgumentException(count + " values do not fill an array of shape " + shape);
    }
    NDArray array = manager.create(shape, type, Device.cpu());
    if (count > 0) {
      // A view of the array's own memory; DJL gives it the byte order of the machine.
      fill.accept(array.toByteBuffer(true));
    }
    return array;
  }
}
