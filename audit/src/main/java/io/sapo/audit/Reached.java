package io.sapo.audit;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a version reached in the trajectories topic, by partition: one past the highest offset
 * that one of its records comes from.
 *
 * @param all of all its records
 * @param judged of those trained on, and those skipped for their version alone: what releases up to
 *     the first counted
 */
record Reached(SortedMap<Integer, Long> all, SortedMap<Integer, Long> judged) {
  Reached() {
    this(new TreeMap<>(), new TreeMap<>());
  }

  void pass(SegmentedTrajectory segments, boolean judgedToo) {
    long next = segments.getSourceOffset() + 1;
    all.merge(segments.getSourcePartition(), next, Math::max);
    if (judgedToo) {
      judged.merge(segments.getSourcePartition(), next, Math::max);
    }
  }

  /** Of both together. */
  void add(Reached other) {
    other.all.forEach((partition, next) -> all.merge(partition, next, Math::max));
    other.judged.forEach((partition, next) -> judged.merge(partition, next, Math::max));
  }
}
