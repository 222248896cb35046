package io.sapo.producer.weights;

import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The commit records read so far, as far back as the newest one's anchor, and which of them were
 * refused. Not thread-safe.
 */
final class VersionLog {
  private final NavigableMap<Long, WeightVersion> records = new TreeMap<>();
  private final NavigableSet<Long> refused = new TreeSet<>();

  /** Since the newest record: any of them may have been of the version after it. */
  private long unreadable;

  /**
   * Takes a record in, where it can be one of this run's: one that cannot must neither end the
   * process nor keep those behind it from being taken for newer.
   *
   * @return what is wrong with it; empty when it was taken in
   */
  Optional<String> add(WeightVersion record) {
    Optional<String> oddity = oddity(record);
    if (oddity.isPresent()) {
      return oddity;
    }
    unreadable = 0;
    records.put(record.getVersion(), record);
    records.headMap(record.getAnchorVersion()).clear();
    refused.headSet(record.getAnchorVersion()).clear();
    return Optional.empty();
  }

  private Optional<String> oddity(WeightVersion record) {
    long version = record.getVersion();
    if (version < 0 || record.getParent() != version - 1) {
      return Optional.of("follows version " + record.getParent());
    }
    if (record.getAnchorVersion() < 0
        || record.getAnchorVersion() > version
        || record.getAnchor() != (record.getAnchorVersion() == version)) {
      return Optional.of("cannot be assembled from version " + record.getAnchorVersion());
    }
    if (record.getFirstChunkOffset() < 0 || record.getChunkCount() < 0) {
      return Optional.of(
          "names %d chunks at offset %d"
              .formatted(record.getChunkCount(), record.getFirstChunkOffset()));
    }
    if (records.isEmpty()) {
      return Optional.empty();
    }
    if (version <= records.lastKey()) {
      return Optional.of("comes after a newer one");
    }
    return version - records.lastKey() > 1 + unreadable
        ? Optional.of("comes after version %d".formatted(records.lastKey()))
        : Optional.empty();
  }

  /** A record of the topic could not be read. */
  void addUnreadable() {
    unreadable++;
  }

  Optional<WeightVersion> newest() {
    return Optional.ofNullable(records.lastEntry()).map(NavigableMap.Entry::getValue);
  }

  void refuse(long version) {
    refused.add(version);
  }

  /**
   * The versions to apply, in order, to get from the one applied to the newest: from its anchor
   * where that is nearer or nothing is applied, empty when there is nothing to do.
   *
   * @param applied -1 for none
   * @throws WeightFormatException when a version on the way was refused or is missing
   */
  List<WeightVersion> pathFrom(long applied) {
    WeightVersion newest = newest().orElse(null);
    if (newest == null || newest.getVersion() <= applied || refused.contains(newest.getVersion())) {
      return List.of();
    }
    long first = Math.max(applied + 1, newest.getAnchorVersion());
    List<WeightVersion> path = new ArrayList<>();
    for (long version = first; version <= newest.getVersion(); version++) {
      WeightVersion record = records.get(version);
      if (record == null) {
        throw new WeightFormatException(
            "version %d builds on version %d, whose commit record is not in the topic"
                .formatted(newest.getVersion(), version));
      }
      if (refused.contains(version)) {
        throw new WeightFormatException(
            "version %d builds on version %d, which was refused; the next whole version will do"
                .formatted(newest.getVersion(), version));
      }
      path.add(record);
    }
    return path;
  }
}
