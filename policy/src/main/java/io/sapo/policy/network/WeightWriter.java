package io.sapo.policy.network;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;

/**
 * Changes weights in place, on whatever device they are: what is published changes few of them. The
 * weights must be in nobody's use meanwhile. For one thread at a time.
 */
public final class WeightWriter implements AutoCloseable {
  private final ScriptModule script;

  public WeightWriter(ModelConfig config, Device device) {
    script = ScriptModule.load("weight_writer", "WeightWriter", config, device);
  }

  /**
   * @param places indices of elements, row-major
   * @param values for each of these
   */
  public void scatter(Weights weights, String name, int[] places, float[] values) {
    if (places.length == 0) {
      return;
    }
    try (NDManager call = script.newManager()) {
      script.call(
          call,
          "scatter",
          new NDList(
              NativeArrays.ints(call, places),
              NativeArrays.floats(call, values),
              weights.tensor(name).array()));
    }
  }

  /** Gives a tensor new values, row-major. */
  public void replace(Weights weights, String name, float[] values) {
    try (NDManager call = script.newManager()) {
      script.call(
          call,
          "replace",
          new NDList(NativeArrays.floats(call, values), weights.tensor(name).array()));
    }
  }

  @Override
  public void close() {
    script.close();
  }
}
