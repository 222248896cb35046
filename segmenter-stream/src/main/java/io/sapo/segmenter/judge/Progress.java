package io.sapo.segmenter.judge;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How far a topic is done with when its records end in any order: up to the first that has not
 * ended. For one thread.
 */
final class Progress {
  private static final class Partition {
    final NavigableMap<Long, Integer> open = new TreeMap<>();
    long next;
    long committed = -1;
  }

  private final Map<Integer, Partition> partitions = new TreeMap<>();

  /**
   * @param bytes that it takes until it has ended
   */
  void begun(int partition, long offset, int bytes) {
    Partition at = partitions.computeIfAbsent(partition, number -> new Partition());
    at.open.put(offset, bytes);
    at.next = offset + 1;
  }

  /** Does nothing for a record of a partition that has been taken away. */
  void ended(int partition, long offset) {
    Partition at = partitions.get(partition);
    if (at != null) {
      at.open.remove(offset);
    }
  }

  void forget(int partition) {
    partitions.remove(partition);
  }

  /** Records begun and not ended. */
  int open() {
    return partitions.values().stream().mapToInt(at -> at.open.size()).sum();
  }

  long openBytes() {
    return partitions.values().stream()
        .flatMap(at -> at.open.values().stream())
        .mapToLong(Integer::longValue)
        .sum();
  }

  /** By partition, the positions that have moved since they were last {@link #committed}. */
  Map<Integer, Long> advanced() {
    Map<Integer, Long> advanced = new TreeMap<>();
    partitions.forEach(
        (number, at) -> {
          long done = at.open.isEmpty() ? at.next : at.open.firstKey();
          if (done > at.committed) {
            advanced.put(number, done);
          }
        });
    return advanced;
  }

  void committed(Map<Integer, Long> positions) {
    positions.forEach(
        (number, done) -> {
          Partition at = partitions.get(number);
          if (at != null) {
            at.committed = done;
          }
        });
  }
}
