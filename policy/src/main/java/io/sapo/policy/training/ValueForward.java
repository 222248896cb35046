package io.sapo.policy.training;

import ai.djl.ndarray.NDList;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.script.NativeArrays;
import java.util.List;

/**
 * The critic's values of a micro-batch and the way back from them. Holds native memory until
 * closed; to be closed before the weights are stepped.
 */
public final class ValueForward extends ForwardPass {
  private static final String METHOD = "forward_values";

  private final float[][] values;

  ValueForward(Model model, List<TokenSequence> sequences, Retention retention) {
    super(model, sequences);
    try {
      float[] flat = {};
      if (batch().responseTokens() > 0) {
        flat = forward(METHOD, new NDList(), retention).get(0).toFloatArray();
      }
      this.values = batch().split(flat);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
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
    float[] flat = batch().join(dValues);
    if (batch().responseTokens() == 0) {
      return;
    }
    backward("backward_values", new NDList(), new NDList(NativeArrays.floats(manager(), flat)));
  }

  @Override
  int wanted() {
    return 1;
  }

  @Override
  void again() {
    forward(METHOD, new NDList(), Retention.LAYER_INPUTS);
  }
}
