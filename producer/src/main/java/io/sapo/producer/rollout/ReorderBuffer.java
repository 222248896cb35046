package io.sapo.producer.rollout;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Rollouts in generation, and finished ones that are held back because publishing them now would
 * make an older one too stale.
 *
 * <p>Short responses end before long ones that started earlier. Published at once they could push a
 * long one out of the last update that may train on it, so that the longest responses would be lost
 * (a length bias). A finished rollout is therefore held back while that would happen. In the order
 * of their starts all can be in time, since the gate has let no more start; so the one that started
 * first is never held, and none waits longer than the oldest response runs.
 *
 * <p>For the rollout thread only.
 */
final class ReorderBuffer<T> {
  private final TreeMap<Long, Integer> unpublished = new TreeMap<>();
  private final List<Held<T>> held = new ArrayList<>();
  private int count;

  private record Held<T>(long startVersion, T item) {}

  /** How many unpublished rollouts that started from a version or before can still be in time. */
  interface Room {
    /**
     * @param more trajectories to be published before them
     */
    long at(long startVersion, int more);
  }

  /** A rollout has started. */
  void started(long version) {
    unpublished.merge(version, 1, Integer::sum);
    count++;
  }

  /** One that started from this version is finished and wants to be published. */
  void finished(long startVersion, T item) {
    held.add(new Held<>(startVersion, item));
  }

  /** Rollouts started and not yet taken. */
  int unpublished() {
    return count;
  }

  /** Takes the next one to be published; empty when all must wait. */
  Optional<T> take(Room room) {
    for (Iterator<Held<T>> each = held.iterator(); each.hasNext(); ) {
      Held<T> next = each.next();
      if (mayOvertake(next.startVersion(), room)) {
        each.remove();
        unpublished.computeIfPresent(next.startVersion(), (version, n) -> n == 1 ? null : n - 1);
        count--;
        return Optional.of(next.item());
      }
    }
    return Optional.empty();
  }

  /** One that is too late in any case holds up none. */
  private boolean mayOvertake(long startVersion, Room room) {
    long waiting = 0;
    for (Map.Entry<Long, Integer> older : unpublished.headMap(startVersion).entrySet()) {
      waiting += older.getValue();
      boolean inTimeNow = waiting <= room.at(older.getKey(), 0);
      boolean inTimeThen = waiting <= room.at(older.getKey(), 1);
      if (inTimeNow && !inTimeThen) {
        return false;
      }
    }
    return true;
  }
}
