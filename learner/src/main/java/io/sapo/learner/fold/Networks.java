package io.sapo.learner.fold;

import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;

/**
 * The networks' gradient-free computations, loaded once for all updates.
 *
 * @param value null where no critic is used
 */
public record Networks(Network policy, Network value) implements AutoCloseable {

  public static Networks load(BaseModel base, boolean critic) {
    Network policy = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
    try {
      return new Networks(
          policy, critic ? Network.load(base.config(), Head.SCALAR, base.device()) : null);
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
