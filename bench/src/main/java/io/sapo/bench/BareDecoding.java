package io.sapo.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrix products of decode steps and nothing else: the weights of every layer and the head, in
 * turn, times one token a row. Attention is left out of the limit.
 */
final class BareDecoding implements AutoCloseable {
  private record Product(NDArray input, NDArray weight) {}

  private final NDManager manager;
  private final List<Product> products = new ArrayList<>();

  BareDecoding(BenchModel model, int rows, Device device) {
    manager = NDManager.newBaseManager(device, "PyTorch");
    for (int layer = 0; layer < model.layers(); layer++) {
      for (int[] matrix : model.layerMatrices()) {
        add(rows, matrix[0], matrix[1]);
      }
    }
    add(rows, model.vocabulary(), model.hidden());
  }

  private void add(int rows, int outputs, int inputs) {
    products.add(
        new Product(
            manager.randomNormal(new Shape(rows, inputs)),
            manager.randomNormal(new Shape(outputs, inputs))));
  }

  /** Decode steps a second. */
  double rate(int steps) {
    long begun = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      for (Product product : products) {
        try (NDList output = Linear.linear(product.input(), product.weight())) {
          if (step + 1 == steps) {
            // Asking for a number waits for the device.
            output.singletonOrThrow().get("0, 0").getFloat();
          }
        }
      }
    }
    return steps / Medians.seconds(begun);
  }

  @Override
  public void close() {
    manager.close();
  }
}
