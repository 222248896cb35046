package io.sapo.learner.fold;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Network;

/**
 * The networks' gradient-free computations, loaded once for all updates.
 *
 * @param value null where no critic is used
 */
public record Networks(Network policy, Network value) implements AutoCloseable {

  public static Networks load(ModelConfig model, Device device, boolean critic) {
    Network policy = Network.load(model, Head.LANGUAGE_MODEL, device);
    try {
      return new Networks(policy, critic ? Network.load(model, Head.SCALAR, device) : null);
    } catch (RuntimeException e) {
      policy.close();
      throw e;
    }
  }

  @Override
  public void close() {
    policy.close();
    if (value != null) {
      value.close();
    }
  }
}
