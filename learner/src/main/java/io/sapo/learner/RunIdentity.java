package io.sapo.learner;

/**
 * What tells the states of one run from those of another.
 *
 * @param configDigest hex SHA-256 of the configuration in force
 */
record RunIdentity(String runId, String configDigest) {}
