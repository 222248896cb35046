package io.sapo.producer.rollout;

import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the topics say of the queue between producers and learner.
 *
 * @param ends end offset of each partition of the trajectories topic
 * @param refused by partition, the offsets of trajectories that became dead letters; live, and safe
 *     to read from any thread
 * @param producers instances of all live producers, this one included, ascending
 * @param othersUnpublished rollouts that other live producers had started and not published when
 *     they last said
 * @param joined whether all others are known to have made room for this producer
 * @param pausedBy who has asked producers to pause; empty when they may go on
 */
record QueueView(
    SortedMap<Integer, Long> ends,
    Map<Integer, NavigableSet<Long>> refused,
    List<String> producers,
    long othersUnpublished,
    boolean joined,
    Optional<String> pausedBy) {

  /**
   * Trajectories published and not yet consumed. Those refused are left out: no update will ever
   * consume them, and a gate that counted them could wait for ever.
   *
   * @param positions consumed, by partition in decimal text; as committed with a version
   * @param published offsets of this producer's own, by partition; may be ahead of {@link #ends}
   */
  long backlog(Map<String, Long> positions, Map<Integer, NavigableSet<Long>> published) {
    long backlog = 0;
    for (Map.Entry<Integer, Long> end : ends.entrySet()) {
      int partition = end.getKey();
      long from = positions.getOrDefault(Integer.toString(partition), 0L);
      NavigableSet<Long> own = published.get(partition);
      long to = own == null ? end.getValue() : Math.max(end.getValue(), own.last() + 1);
      long pending = to - from;
      NavigableSet<Long> gone = refused.get(partition);
      if (gone != null && pending > 0) {
        pending -= gone.tailSet(from, true).size();
      }
      backlog += Math.max(0, pending);
    }
    return backlog;
  }

  /**
   * Of this producer's own trajectories those published and not yet consumed, the refused ones left
   * out.
   *
   * @param published offsets of its own, by partition
   */
  long pending(Map<String, Long> positions, Map<Integer, NavigableSet<Long>> published) {
    long pending = 0;
    for (Map.Entry<Integer, NavigableSet<Long>> own : published.entrySet()) {
      long from = positions.getOrDefault(Integer.toString(own.getKey()), 0L);
      NavigableSet<Long> gone = refused.get(own.getKey());
      for (long offset : own.getValue().tailSet(from, true)) {
        pending += gone != null && gone.contains(offset) ? 0 : 1;
      }
    }
    return pending;
  }
}
