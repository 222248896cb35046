package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.network.Batch;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import java.util.List;

/**
 * The critic's values of a micro-batch together with the graph they came from. Holds the graph's
 * native memory until closed; to be closed before the weights are stepped.
 */
public final class ValueForward implements AutoCloseable {
  private final ScriptModule script;
  private final NDManager manager;
  private final Optimizer optimizer;
  private final Batch batch;
  private final float[][] values;
  private NDArray output;

  /** Takes {@code manager} over once it has succeeded. */
  ValueForward(
      ScriptModule script,
      NDManager manager,
      Weights weights,
      Optimizer optimizer,
      List<TokenSequence> sequences) {
    this.script = script;
    this.manager = manager;
    this.optimizer = optimizer;
    this.batch = Batch.assemble(manager, weights.config(), sequences);
    float[] flat = {};
    if (batch.responseTokens() > 0) {
      NDList arguments = new NDList(batch.arguments()).addAll(weights.arguments());
      this.output =
          script.callWithGradients(manager, "forward_values", arguments).singletonOrThrow();
      flat = output.toFloatArray();
    }
    this.values = batch.split(flat);
  }

  /** [sequence][response token] value of the state before the token. */
  public float[][] values() {
    return values;
  }

  /**
   * Adds to the model's gradients those of a loss whose derivative with respect to {@link #values}
   * is given. Once a forward pass.
   */
  public void backward(float[][] dValues) {
    float[] flat = batch.join(dValues);
    if (batch.responseTokens() == 0) {
      return;
    }
    if (output == null) {
      throw new IllegalStateException("The graph of this forward pass is used up");
    }
    NDList arguments =
        new NDList(NativeArrays.floats(manager, flat), output)
            .addAll(optimizer.parametersAndGradients());
    script.callWithGradients(manager, "backward_values", arguments);
    output.close();
    output = null;
  }

  @Override
  public void close() {
    manager.close();
  }
}
