/**
 * What Kafka knows of training. {@link io.sapo.learner.commit.CommitLog} writes a version's
 * weights, commit record and consumer positions in one transaction; {@link
 * io.sapo.learner.commit.CommittedVersions} reads them back. A version exists when its transaction
 * is committed, and not before.
 */
package io.sapo.learner.commit;
