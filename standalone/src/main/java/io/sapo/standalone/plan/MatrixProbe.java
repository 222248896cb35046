package io.sapo.standalone.plan;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Measures the rate of a matrix product on a device, in some two seconds. */
public final class MatrixProbe {
  private static final int SIZE = 1024;
  private static final double OPERATIONS = 2.0 * SIZE * SIZE * SIZE;
  private static final long NANOS = 1_500_000_000L;
  private static final int WARM_UP = 2;

  private MatrixProbe() {}

  /** Floating-point operations a second, in float32, with the threads that are configured. */
  public static double rate(Device device) {
    try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
      NDArray a = manager.ones(new Shape(SIZE, SIZE), DataType.FLOAT32);
      for (int i = 0; i < WARM_UP; i++) {
        multiply(a);
      }
      long begun = System.nanoTime();
      long products = 0;
      long elapsed = 0;
      while (elapsed < NANOS) {
        multiply(a);
        products++;
        elapsed = System.nanoTime() - begun;
      }
      return OPERATIONS * products / (elapsed / 1e9);
    }
  }

  /** Reads an element, so that a device has done its work when this returns. */
  private static void multiply(NDArray a) {
    try (NDArray product = a.matMul(a);
        NDArray element = product.get(0, 0)) {
      element.getFloat();
    }
  }
}
