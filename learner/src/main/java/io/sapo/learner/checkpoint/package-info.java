/**
 * Training states on disk. A folder under {@code checkpoints/} appears whole or not at all; whether
 * its version counts is for Kafka to say, so one without a commit is an orphan and is swept.
 */
package io.sapo.learner.checkpoint;
