package io.sapo.producer;

/**
 * How far ahead of the learner rollouts may be started.
 *
 * @param eta greatest staleness, in versions
 * @param batchSize trajectories an update of the learner takes
 * @param oversampling rollouts that may be under way, as a multiple of what updates take in that
 *     time; at least 1. Of those beyond it, what no update has dropped to make room comes too late,
 *     and is skipped as stale
 */
public record StalenessBound(int eta, int batchSize, double oversampling) {}
