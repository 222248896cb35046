package io.sapo.audit;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a version reached in the trajectories topic, by partition: one past the highest offset
 * that one of its records comes from.
 */
final class Reached {
  private final SortedMap<Integer, Long> all = new TreeMap<>();
  private final SortedMap<Integer, Long> judged = new TreeMap<>();
  private boolean unplaced;

  /** Of all its records. */
  SortedMap<Integer, Long> all() {
    return all;
  }

  /**
   * Of those trained on, and those skipped for their version alone: what releases up to the first
   * counted.
   */
  SortedMap<Integer, Long> judged() {
    return judged;
  }

  /** Whether it skipped records that do not say where they come from. */
  boolean unplaced() {
    return unplaced;
  }

  void pass(SegmentedTrajectory segments, boolean judgedToo) {
    long next = segments.getSourceOffset() + 1;
    all.merge(segments.getSourcePartition(), next, Math::max);
    if (judgedToo) {
      judged.merge(segments.getSourcePartition(), next, Math::max);
    }
  }

  void passUnplaced() {
    unplaced = true;
  }

  /** Of both together. */
  void add(Reached other) {
    other.all.forEach((partition, next) -> all.merge(partition, next, Math::max));
    other.judged.forEach((partition, next) -> judged.merge(partition, next, Math::max));
    unplaced |= other.unplaced;
  }
}
