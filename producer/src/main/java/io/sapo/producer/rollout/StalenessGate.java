package io.sapo.producer.rollout;

/**
 * How many rollouts may be under way so that none is trained on by a policy more than {@code eta}
 * versions newer than the one it started from.
 *
 * <p>With version n committed, a rollout that has q others ahead of it is trained in the update
 * that starts from version n + ⌊q / batchSize⌋. Started from version v ≤ n it is then n − v + ⌊q /
 * batchSize⌋ versions old, so it may start while q &lt; (eta + 1 − (n − v)) · batchSize. Ahead of
 * it are the trajectories published and not yet consumed (the backlog) and those in generation.
 *
 * @param eta greatest staleness, in versions
 * @param batchSize trajectories an update takes
 */
record StalenessGate(int eta, int batchSize) {

  /**
   * Rollouts that this producer may have started and not published: its share of the room the
   * backlog leaves. The shares of all producers add up to that room, so that none waits for one
   * that has too many.
   *
   * @param newest committed version that the backlog was reckoned from
   * @param inUse version that a rollout would start from
   * @param producers number of live producers
   * @param rank this producer's place among them, from 0
   */
  long share(long newest, long inUse, long backlog, int producers, int rank) {
    long room = Math.max(0, (eta + 1 - (newest - inUse)) * batchSize - backlog);
    return (room + producers - 1 - rank) / producers;
  }
}
