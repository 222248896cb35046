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
 * The newest weight versions, by number, and what is remembered of those that have left: how the
 * run began, and its best reward. Thread-safe.
 *
 * <p>Updates consume a partition in order, so the version that consumed a record is found from the
 * upper ends of the ranges.
 */
public final class VersionLog {
  /** After the version that a run, or a fork, began with. */
  private static final int FIRST_UPDATES = 10;

  /** Enough offsets of the topic to hold these, with the ends of transactions between them. */
  public static final int BEGINNING = 2 * (FIRST_UPDATES + 1);

  private final NavigableMap<Long, VersionEntry> byVersion = new TreeMap<>();
  private final NavigableMap<Position, VersionEntry> byRangeEnd =
      new TreeMap<>(
          Comparator.comparingInt(Position::partition).thenComparingLong(Position::offset));
  private final RewardWindows rewards = new RewardWindows();
  private final int limit;
  private long begin;
  private double firstEntropy = Double.NaN;

  VersionLog(int limit) {
    this.limit = limit;
  }

  /**
   * Takes one of the run's first commit records, which may lie too far back for {@link #add}: only
   * how the run began is remembered.
   */
  synchronized void addBeginning(WeightVersion record) {
    if (record.getOrigin() != null) {
      begin = record.getVersion();
    }
    Double entropy = record.getMetrics().get(Metric.ENTROPY);
    boolean first = record.getVersion() > begin && record.getVersion() - begin <= FIRST_UPDATES;
    if (first && entropy != null && !(entropy <= firstEntropy)) {
      firstEntropy = entropy;
    }
  }

  synchronized void add(Position position, WeightVersion record) {
    addBeginning(record);
    VersionEntry entry = VersionEntry.of(position, record);
    forget(byVersion.put(entry.version(), entry));
    for (VersionEntry.Inputs range : entry.inputs()) {
      byRangeEnd.put(new Position(range.partition(), range.to()), entry);
    }
    while (byVersion.size() > limit) {
      forget(byVersion.pollFirstEntry().getValue());
    }
    rewards.add(entry.version(), entry.metrics().getOrDefault(Metric.REWARD, Double.NaN));
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

  /** Highest entropy of the run's first updates, against which a collapse is judged; else NaN. */
  public synchronized double firstEntropy() {
    return firstEntropy;
  }

  /** The newest updates' mean reward against the best of those known or that have left. */
  public synchronized Optional<RewardWindows.Comparison> rewards() {
    return rewards.compare();
  }
}
