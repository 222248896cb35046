package io.sapo.producer.weights;

import io.sapo.policy.network.Weights;

/**
 * Checked weights of one version. Whoever holds this owns the native memory and closes it.
 *
 * @param version as committed
 */
public record FollowedWeights(long version, Weights weights) implements AutoCloseable {
  @Override
  public void close() {
    weights.close();
  }
}
