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
 * The policy's scores of a micro-batch together with the graph they came from. Holds the graph's
 * native memory until closed; to be closed before the weights are stepped.
 */
public final class PolicyForward implements AutoCloseable {
  private final ScriptModule script;
  private final NDManager manager;
  private final Optimizer optimizer;
  private final Batch batch;
  private final NDArray temperature;
  private final float[][] logProbs;
  private final float[][] entropies;
  private NDArray logits;

  /** Takes {@code manager} over once it has succeeded. */
  PolicyForward(
      ScriptModule script,
      NDManager manager,
      Weights weights,
      Optimizer optimizer,
      List<TokenSequence> sequences,
      double temperature) {
    this.script = script;
    this.manager = manager;
    this.optimizer = optimizer;
    this.batch = Batch.assemble(manager, weights.config(), sequences);
    this.temperature = manager.create((float) temperature);
    float[] flatLogProbs = {};
    float[] flatEntropies = {};
    if (batch.responseTokens() > 0) {
      NDList arguments =
          new NDList(this.temperature).addAll(batch.arguments()).addAll(weights.arguments());
      NDList results = script.callWithGradients(manager, "forward_policy", arguments);
      this.logits = results.get(0);
      flatLogProbs = results.get(1).toFloatArray();
      flatEntropies = results.get(2).toFloatArray();
    }
    this.logProbs = batch.split(flatLogProbs);
    this.entropies = batch.split(flatEntropies);
  }

  /** [sequence][response token] log-probability of the token. */
  public float[][] logProbs() {
    return logProbs;
  }

  /** [sequence][response token] entropy in nats. */
  public float[][] entropies() {
    return entropies;
  }

  /**
   * Adds to the model's gradients those of a loss whose derivatives with respect to {@link
   * #logProbs} and {@link #entropies} are given. Once a forward pass.
   *
   * @param dEntropies null for a loss that does not depend on the entropies
   */
  public void backward(float[][] dLogProbs, float[][] dEntropies) {
    float[] flatLogProbs = batch.join(dLogProbs);
    float[] flatEntropies = dEntropies == null ? new float[0] : batch.join(dEntropies);
    if (batch.responseTokens() == 0) {
      return;
    }
    if (logits == null) {
      throw new IllegalStateException("The graph of this forward pass is used up");
    }
    NDList arguments =
        new NDList(temperature)
            .addAll(batch.arguments())
            .addAll(
                new NDList(
                    NativeArrays.floats(manager, flatLogProbs),
                    NativeArrays.floats(manager, flatEntropies),
                    logits))
            .addAll(optimizer.parametersAndGradients());
    script.callWithGradients(manager, "backward_policy", arguments);
    logits.close();
    logits = null;
  }

  @Override
  public void close() {
    manager.close();
  }
}
