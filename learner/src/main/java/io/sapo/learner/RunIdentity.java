package io.sapo.learner;

/**
 * Identifies the run that a training state belongs to.
 *
 * @param configDigest hex SHA-256 of the configuration in force
 */
record RunIdentity(String runId, String configDigest) {}
