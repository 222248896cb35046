package io.sapo.admin.run;

import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The newest weight versions, by number. Thread-safe.
 *
 * <p>Updates consume a partition in order, so the version that consumed a record is found from the
 * upper ends of the ranges.
 */
public final class VersionLog {
  private final NavigableMap<Long, VersionEntry> byVersion = new TreeMap<>();
  private final NavigableMap<Position, VersionEntry> byRangeEnd =
      new TreeMap<>(
          Comparator.comparingInt(Position::partition).thenComparingLong(Position::offset));
  private final List<Double> firstEntropies = new ArrayList<>();
  private final int limit;

  VersionLog(int limit) {
    this.limit = limit;
  }

  synchronized void add(Position position, WeightVersion record) {
    VersionEntry entry = VersionEntry.of(position, record);
    forget(byVersion.put(entry.version(), entry));
    for (VersionEntry.Inputs range : entry.inputs()) {
      byRangeEnd.put(new Position(range.partition(), range.to()), entry);
    }
    while (byVersion.size() > limit) {
      forget(byVersion.pollFirstEntry().getValue());
    }
    Double entropy = entry.metrics().get(Metric.ENTROPY);
    if (entropy != null && firstEntropies.size() < 10) {
      firstEntropies.add(entropy);
    }
  }

  private void forget(VersionEntry entry) {
    if (entry != null) {
      for (VersionEntry.Inputs range : entry.inputs()) {
        byRangeEnd.remove(new Position(range.partition(), range.to()), entry);
      }
    }
  }

  public synchronized Optional<VersionEntry> newest() {
    return Optional.ofNullable(byVersion.lastEntry()).map(Map.Entry::getValue);
  }

  public synchronized Optional<VersionEntry> get(long version) {
    return Optional.ofNullable(byVersion.get(version));
  }

  /** Versions above {@code after} and below {@code before}, newest first. */
  public synchronized List<VersionEntry> newestFirst(long after, long before, int limit) {
    List<VersionEntry> page = new ArrayList<>();
    if (after >= before) {
      return page;
    }
    for (VersionEntry entry :
        byVersion.subMap(after, false, before, false).descendingMap().values()) {
      if (page.size() == limit) {
        break;
      }
      page.add(entry);
    }
    return page;
  }

  /** Versions above {@code after}, oldest first. */
  public synchronized List<VersionEntry> oldestFirst(long after) {
    return new ArrayList<>(byVersion.tailMap(after, false).values());
  }

  /** Parent, its parent and so on, as far as known. */
  public synchronized List<VersionEntry> ancestors(long version, int limit) {
    List<VersionEntry> ancestors = new ArrayList<>();
    VersionEntry entry = byVersion.get(version);
    while (entry != null && ancestors.size() < limit && entry.parent() < entry.version()) {
      entry = byVersion.get(entry.parent());
      if (entry != null) {
        ancestors.add(entry);
      }
    }
    return ancestors;
  }

  /** What became of a record of the segments topic, or empty when no known update consumed it. */
  public synchronized Optional<VersionEntry.Fate> fateOf(Position record) {
    Map.Entry<Position, VersionEntry> next = byRangeEnd.higherEntry(record);
    return next == null ? Optional.empty() : Optional.ofNullable(next.getValue().fateOf(record));
  }

  /** Highest entropy of the first updates seen, against which a collapse is judged; else NaN. */
  public synchronized double firstEntropy() {
    return firstEntropies.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }
}
