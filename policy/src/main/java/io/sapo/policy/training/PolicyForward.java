package io.sapo.policy.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.script.NativeArrays;
import java.util.List;

/**
 * The policy's scores of a micro-batch and the way back from them. Holds native memory until
 * closed; to be closed before the weights are stepped.
 */
public final class PolicyForward extends ForwardPass {
  private static final String METHOD = "forward_policy";

  private final NDArray temperature;
  private final float[][] logProbs;
  private final float[][] entropies;

  PolicyForward(
      Model model, List<TokenSequence> sequences, double temperature, Retention retention) {
    super(model, sequences);
    try {
      this.temperature = NativeArrays.scalar(manager(), (float) temperature);
      float[] flatLogProbs = {};
      float[] flatEntropies = {};
      if (batch().responseTokens() > 0) {
        NDList results = forward(METHOD, new NDList(this.temperature), retention);
        flatLogProbs = results.get(0).toFloatArray();
        flatEntropies = results.get(1).toFloatArray();
      }
      this.logProbs = batch().split(flatLogProbs);
      this.entropies = batch().split(flatEntropies);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
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
    float[] flatLogProbs = batch().join(dLogProbs);
    float[] flatEntropies = dEntropies == null ? new float[0] : batch().join(dEntropies);
    if (batch().responseTokens() == 0) {
      return;
    }
    backward(
        "backward_policy",
        new NDList(temperature),
        new NDList(
            NativeArrays.floats(manager(), flatLogProbs),
            NativeArrays.floats(manager(), flatEntropies)));
  }

  @Override
  int wanted() {
    return 2;
  }

  @Override
  void again() {
    forward(METHOD, new NDList(temperature), Retention.LAYER_INPUTS);
  }
}
