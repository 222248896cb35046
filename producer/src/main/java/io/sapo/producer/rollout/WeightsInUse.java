package io.sapo.producer.rollout;

import io.sapo.policy.network.Weights;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.weights.FollowedWeights;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The weights the rollout thread generates with, and with {@link WeightUptake#DRAIN} the ones that
 * wait. Owns both; for that thread only, except {@link #version()}.
 */
public final class WeightsInUse implements AutoCloseable {
  private final Supplier<Optional<FollowedWeights>> source;
  private final WeightUptake uptake;
  private FollowedWeights current;
  private FollowedWeights waiting;
  private volatile long version = -1;

  /**
   * @param source gives each newer version once, with ownership
   */
  public WeightsInUse(Supplier<Optional<FollowedWeights>> source, WeightUptake uptake) {
    this.source = source;
    this.uptake = uptake;
  }

  /** Changes to a newer version if there is one and the uptake allows. */
  public void refresh(int running) {
    source
        .get()
        .ifPresent(
            newer -> {
              closeIfPresent(waiting);
              waiting = newer;
            });
    if (waiting != null && (uptake == WeightUptake.IN_FLIGHT || running == 0)) {
      closeIfPresent(current);
      current = waiting;
      waiting = null;
      version = current.version();
    }
  }

  /** Whether a rollout may start on what is here. */
  public boolean ready() {
    return current != null && waiting == null;
  }

  public Weights weights() {
    return current.weights();
  }

  /** Version in use; -1 when there is none. From any thread. */
  public long version() {
    return version;
  }

  @Override
  public void close() {
    closeIfPresent(current);
    closeIfPresent(waiting);
    current = null;
    waiting = null;
  }

  private static void closeIfPresent(FollowedWeights weights) {
    if (weights != null) {
      weights.close();
    }
  }
}
