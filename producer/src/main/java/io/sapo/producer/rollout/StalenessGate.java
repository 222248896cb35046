package io.sapo.producer.rollout;

/**
 * How many rollouts may be under way so that none is trained on by a policy more than {@code eta}
 * versions newer than the one it started from.
 *
 * <p>With version n committed, a rollout that has q others ahead of it is trained in the update
 * that starts from version n + ⌊q / batchSize⌋. Started from version v ≤ n it is then n − v + ⌊q /
 * batchSize⌋ versions old, so it may start while q &lt; (eta + 1 − (n − v)) · batchSize. Ahead of
 * it are the trajectories published and not yet consumed and those in generation.
 *
 * <p>Each producer keeps to its share of that number, whatever the others do, so that none has to
 * know at every moment what the others have in generation. The number as a whole bounds it too:
 * what producers have left behind that are gone has no share.
 *
 * <p>Where updates drop some of what they read, more than that is in time. {@code oversampling}
 * reckons with it beforehand: the number is so many times as large, and the learner skips what
 * turns out to be late.
 *
 * @param eta greatest staleness, in versions
 * @param batchSize trajectories an update takes
 * @param oversampling at least 1
 */
record StalenessGate(int eta, int batchSize, double oversampling) {

  /**
   * What is known of the queue from one producer's place in it.
   *
   * @param own its trajectories that are published and not consumed
   * @param all of all producers, its own included
   * @param othersUnpublished started by other producers and not published, when they last said
   * @param producers number of live producers
   * @param rank its place among them, from 0
   */
  record Ahead(long own, long all, long othersUnpublished, int producers, int rank) {}

  /**
   * Rollouts that a producer may have started and not published.
   *
   * @param newest committed version that the queue was reckoned from
   * @param inUse version that a rollout would start from
   */
  long room(long newest, long inUse, Ahead ahead) {
    long inTime = Math.max(0, (eta + 1 - (newest - inUse)) * batchSize);
    long limit = (long) (inTime * oversampling);
    long share = (limit + ahead.producers() - 1 - ahead.rank()) / ahead.producers();
    return Math.max(
        0, Math.min(share - ahead.own(), limit - ahead.all() - ahead.othersUnpublished()));
  }
}
