package io.sapo.audit;

import io.sapo.schemas.WeightVersion;

/**
 * A commit record as the audit keeps it: without config, metrics, outcomes and environment, which
 * are long.
 *
 * @param offset in the weights topic
 * @param maxStaleness η of the update's config
 */
record CommittedVersion(long offset, WeightVersion record, int maxStaleness) {
  long version() {
    return record.getVersion();
  }
}
