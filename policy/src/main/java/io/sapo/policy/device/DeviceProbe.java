package io.sapo.policy.device;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import io.sapo.policy.tensor.ElementType;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * Measures how fast a device is, with the threads that are configured; about a second a question.
 */
public final class DeviceProbe implements AutoCloseable {
  private static final long NANOS = 1_000_000_000L;
  private static final int SIDE_ON_CPU = 1024;
  private static final int SIDE_ON_GPU = 8192;
  private static final int COPIED_ELEMENTS = 1 << 25;
  private static final int SENT_BYTES = 1 << 26;
  private static final long MOST_AT_ONCE = 1 << 16;

  private final Device device;
  private final ScriptModule script;

  public DeviceProbe(Device device) {
    this.device = device;
    this.script = ScriptModule.load("device_probe", "DeviceProbe", null, device);
  }

  /**
   * Floating-point operations a second of a large matrix product, two for a multiplication and its
   * addition.
   *
   * @param type float32 or bfloat16
   */
  public double matrixRate(ElementType type) {
    long side = device.isGpu() ? SIDE_ON_GPU : SIDE_ON_CPU;
    try (NDManager call = script.newManager()) {
      NDArray matrix = call.ones(new Shape(side, side), DataType.FLOAT32);
      NDArray number = call.create(type == ElementType.BF16 ? 15L : 6L);
      return 2.0
          * side
          * side
          * side
          * rate(count -> run(call, "multiply", new NDList(call.create(count), number, matrix)));
    }
  }

  /** Bytes a second that a copy reads and writes in the device's own memory. */
  public double copyRate() {
    try (NDManager call = script.newManager()) {
      Shape shape = new Shape(COPIED_ELEMENTS);
      NDArray source = call.ones(shape, DataType.FLOAT32);
      NDArray target = call.zeros(shape, DataType.FLOAT32);
      return 2.0
          * COPIED_ELEMENTS
          * Float.BYTES
          * rate(count -> run(call, "copy", new NDList(call.create(count), source, target)));
    }
  }

  /** Bytes a second from the host's memory to the device's, as weights are loaded. */
  public double uploadRate() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(SENT_BYTES);
    int elements = SENT_BYTES / Float.BYTES;
    try (NDManager all = script.newManager()) {
      NDArray target = all.zeros(new Shape(elements), DataType.FLOAT32);
      return SENT_BYTES
          * rate(
              count -> {
                for (long i = 0; i < count; i++) {
                  try (NDManager call = all.newSubManager()) {
                    NDArray sent = NativeArrays.bytes(call, bytes, DataType.FLOAT32, elements);
                    run(call, "upload", new NDList(sent, target));
                  }
                }
              });
    }
  }

  private void run(NDManager call, String method, NDList arguments) {
    try (NDManager results = call.newSubManager()) {
      script.call(results, method, arguments).singletonOrThrow().getFloat();
    }
  }

  /** How often a second something can be done; it is told how often to do it at a stretch. */
  private static double rate(LongConsumer repeated) {
    repeated.accept(1);
    long count = 1;
    while (true) {
      long begun = System.nanoTime();
      repeated.accept(count);
      long elapsed = System.nanoTime() - begun;
      if (elapsed >= NANOS / 2 || count >= MOST_AT_ONCE) {
        return count / (elapsed / 1e9);
      }
      count = Math.min(MOST_AT_ONCE, Math.max(2 * count, count * NANOS / Math.max(1, elapsed)));
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
