package io.sapo.admin.run;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;

/**
 * The newest entries of a topic in order of arrival, each at its position, at most a fixed number;
 * the oldest make room. An entry at a known position replaces it, so that reading a topic again
 * changes nothing.
 *
 * <p>Thread-safe.
 */
public final class RecentLog<E> {
  private final LinkedHashMap<Position, E> entries = new LinkedHashMap<>();
  private final int limit;
  private long seen;

  public RecentLog(int limit) {
    this.limit = limit;
  }

  synchronized void add(Position position, E entry) {
    if (entries.put(position, entry) == null) {
      seen++;
    }
    Iterator<Position> oldest = entries.keySet().iterator();
    while (entries.size() > limit) {
      oldest.next();
      oldest.remove();
    }
  }

  public synchronized E get(Position position) {
    return entries.get(position);
  }

  /** Entries that arrived since the start, those that have left included. */
  public synchronized long seen() {
    return seen;
  }

  public synchronized int size() {
    return entries.size();
  }

  /** A consistent copy, oldest first. */
  public synchronized List<E> all() {
    return new ArrayList<>(entries.values());
  }

  /**
   * Newest first.
   *
   * @param before only entries that arrived before the one at this position; null for all. A
   *     position that has left gives an empty page.
   */
  public synchronized Page<E> page(Position before, int limit, Predicate<E> wanted) {
    List<E> candidates = all();
    int end = candidates.size();
    if (before != null) {
      E bound = entries.get(before);
      end = bound == null ? 0 : indexOf(candidates, bound);
    }
    List<E> page = new ArrayList<>();
    int matched = 0;
    for (int i = end - 1; i >= 0; i--) {
      if (wanted.test(candidates.get(i))) {
        matched++;
        if (page.size() < limit) {
          page.add(candidates.get(i));
        }
      }
    }
    return new Page<>(page, matched > page.size(), matched);
  }

  private static <E> int indexOf(List<E> entries, E wanted) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) == wanted) {
        return i;
      }
    }
    return 0;
  }

  /**
   * @param more whether older entries match too
   * @param matched number of matching entries from here on back, those of this page included
   */
  public record Page<E>(List<E> entries, boolean more, int matched) {}
}
