package io.sapo.producer.rollout;

/**
 * One response to be generated.
 *
 * @param index within the group, from 0
 * @param seed of token sampling
 * @param startedAtMs epoch milliseconds
 */
record Rollout(RolloutGroup group, int index, long seed, long startedAtMs) {
  String trajectoryId() {
    return group.id() + "/" + index;
  }
}
