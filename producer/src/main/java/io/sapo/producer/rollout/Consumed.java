package io.sapo.producer.rollout;

import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.WeightVersion;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How far the learner has consumed the trajectories topic: what the newest commit record says, and
 * since then its heartbeats. A heartbeat counts only beside the version it starts from: one that is
 * older says less than the commit, one that is newer is understood when its commit is here.
 *
 * @param positions committed, by partition in decimal text
 * @param batch since that version
 */
record Consumed(Map<String, Long> positions, Optional<BatchProgress> batch) {

  static Consumed of(Optional<WeightVersion> newest, Optional<BatchProgress> batch) {
    return new Consumed(
        newest.map(WeightVersion::getTrajectoryPositions).orElse(Map.of()),
        batch.filter(now -> newest.isPresent() && newest.get().getVersion() == now.version()));
  }

  /** The first offset of a partition that has not been consumed. */
  long next(int partition) {
    long committed = positions.getOrDefault(Integer.toString(partition), 0L);
    return Math.max(
        committed, batch.map(now -> now.passed().getOrDefault(partition, 0L)).orElse(0L));
  }

  /**
   * A partition whose end lies before what was consumed of it: it has lost its newest records, or
   * is another topic's, which was made anew under the name.
   *
   * @param ends of the partitions, as they were asked for after the commit record had been read
   */
  Optional<Integer> endingBefore(SortedMap<Integer, Long> ends) {
    return ends.entrySet().stream()
        .filter(end -> end.getValue() < next(end.getKey()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Consumed, and to be trained on with the next commit. */
  NavigableSet<Long> inBatch(int partition) {
    NavigableSet<Long> trained = batch.map(now -> now.trained().get(partition)).orElse(null);
    return trained == null
        ? Collections.emptyNavigableSet()
        : trained.headSet(next(partition), false);
  }
}
