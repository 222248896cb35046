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
 * @param pausedBy who has asked producers to pause; empty when they may go on
 */
record QueueView(
    SortedMap<Integer, Long> ends,
    Map<Integer, NavigableSet<Long>> refused,
    List<String> producers,
    Optional<String> pausedBy) {

  /**
   * Trajectories published and not yet consumed. Those refused are left out: no update will ever
   * consume them, and a gate that counted them could wait for ever.
   *
   * @param positions consumed, by partition in decimal text; as committed with a version
   * @param acknowledged ends known from own publishing, by partition; may be ahead of {@link #ends}
   */
  long backlog(Map<String, Long> positions, Map<Integer, Long> acknowledged) {
    long backlog = 0;
    for (Map.Entry<Integer, Long> end : ends.entrySet()) {
      int partition = end.getKey();
      long from = positions.getOrDefault(Integer.toString(partition), 0L);
      long to = Math.max(end.getValue(), acknowledged.getOrDefault(partition, 0L));
      long pending = to - from;
      NavigableSet<Long> gone = refused.get(partition);
      if (gone != null && pending > 0) {
        pending -= gone.tailSet(from, true).size();
      }
      backlog += Math.max(0, pending);
    }
    return backlog;
  }
}
