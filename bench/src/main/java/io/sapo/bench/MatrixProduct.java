package io.sapo.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** The machine's rate of floating-point operations in a plain large matrix product. */
final class MatrixProduct implements AutoCloseable {
  private static final int SIDE = 2048;
  private static final double SECONDS = 0.6;

  private final NDManager manager;
  private final NDArray left;
  private final NDArray right;

  MatrixProduct(Device device) {
    manager = NDManager.newBaseManager(device, "PyTorch");
    left = manager.randomNormal(new Shape(SIDE, SIDE));
    right = manager.randomNormal(new Shape(SIDE, SIDE));
  }

  /** Floating-point operations a second, two for a multiplication and its addition. */
  double rate() {
    long begun = System.nanoTime();
    int products = 0;
    do {
      try (NDArray product = left.matMul(right)) {
        // Asking for a number waits for the device.
        product.get("0, 0").getFloat();
      }
      products++;
    } while (Medians.seconds(begun) < SECONDS);
    return products * 2.0 * SIDE * SIDE * SIDE / Medians.seconds(begun);
  }

  @Override
  public void close() {
    manager.close();
  }
}
