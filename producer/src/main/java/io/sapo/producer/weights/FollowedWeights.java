package io.sapo.producer.weights;

import io.sapo.policy.network.Weights;

/**
 * Checked weights of one version. Whoever holds this may use them until closing it, once: then they
 * are written over with a newer version.
 *
 * @param version as committed
 * @param release gives the weights back
 */
public record FollowedWeights(long version, Weights weights, Runnable release)
    implements AutoCloseable {
  @Override
  public void close() {
    release.run();
  }
}
