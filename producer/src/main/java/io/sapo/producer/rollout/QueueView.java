package io.sapo.producer.rollout;

import io.sapo.schemas.BatchProgress;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the topics say of the queue between producers and learner.
 *
 * @param begins first offset of each partition of the trajectories topic that has not expired
 * @param ends end offset of each partition of the trajectories topic
 * @param refused by partition, the offsets of trajectories that became dead letters; live, and safe
 *     to read from any thread
 * @param batch how far the learner was with its next batch when it last said
 * @param producers instances of all live producers, this one included, ascending
 * @param othersUnpublished rollouts that other live producers had started and not published when
 *     they last said
 * @param joined whether all others are known to have made room for this producer
 * @param pausedBy who has asked producers to pause; empty when they may go on
 */
record QueueView(
    SortedMap<Integer, Long> begins,
    SortedMap<Integer, Long> ends,
    Map<Integer, NavigableSet<Long>> refused,
    Optional<BatchProgress> batch,
    List<String> producers,
    long othersUnpublished,
    boolean joined,
    Optional<String> pausedBy) {

  /**
   * Trajectories published that will still be trained on, or may be: those not consumed, and those
   * consumed for the batch that the learner puts together. Left out are those refused, by the
   * segmenter or by the learner: no update will ever train on them, and a gate that counted them
   * could wait for ever.
   *
   * @param consumed by the newest commit and since
   * @param published offsets of this producer's own, by partition; may be ahead of {@link #ends}
   */
  long backlog(Consumed consumed, Map<Integer, NavigableSet<Long>> published) {
    long backlog = 0;
    for (Map.Entry<Integer, Long> end : ends.entrySet()) {
      int partition = end.getKey();
      long from = next(consumed, partition);
      NavigableSet<Long> own = published.get(partition);
      long to = own == null ? end.getValue() : Math.max(end.getValue(), own.last() + 1);
      long pending = to - from;
      NavigableSet<Long> gone = refused.get(partition);
      if (gone != null && pending > 0) {
        pending -= gone.subSet(from, true, to, false).size();
      }
      backlog += Math.max(0, pending) + consumed.inBatch(partition).size();
    }
    return backlog;
  }

  /** What has expired will never be consumed, and must not be waited for. */
  private long next(Consumed consumed, int partition) {
    return Math.max(consumed.next(partition), begins.getOrDefault(partition, 0L));
  }

  /**
   * The same of this producer's own trajectories.
   *
   * @param published offsets of its own, by partition
   */
  long pending(Consumed consumed, Map<Integer, NavigableSet<Long>> published) {
    long pending = 0;
    for (Map.Entry<Integer, NavigableSet<Long>> own : published.entrySet()) {
      NavigableSet<Long> gone = refused.get(own.getKey());
      for (long offset : own.getValue().tailSet(next(consumed, own.getKey()), true)) {
        pending += gone != null && gone.contains(offset) ? 0 : 1;
      }
      for (long offset : consumed.inBatch(own.getKey())) {
        pending += own.getValue().contains(offset) ? 1 : 0;
      }
    }
    return pending;
  }
}
