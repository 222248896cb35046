package io.sapo.producer;

/**
 * How far ahead of the learner rollouts may be started.
 *
 * @param eta greatest staleness, in versions
 * @param batchSize trajectories an update of the learner takes
 */
public record StalenessBound(int eta, int batchSize) {}
