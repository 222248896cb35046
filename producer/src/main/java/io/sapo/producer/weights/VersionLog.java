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

  /** Takes a record in; false when a newer or equal version is known already. */
  boolean add(WeightVersion record) {
    if (!records.isEmpty() && record.getVersion() <= records.lastKey()) {
      return false;
    }
    records.put(record.getVersion(), record);
    records.headMap(record.getAnchorVersion()).clear();
    refused.headSet(record.getAnchorVersion()).clear();
    return true;
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
