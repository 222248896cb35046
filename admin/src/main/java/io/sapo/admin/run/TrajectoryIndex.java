package io.sapo.admin.run;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The newest segmented trajectories by id, and where each one's credit lies; bodies stay in Kafka.
 *
 * <p>Thread-safe.
 */
public final class TrajectoryIndex {
  private final RecentLog<TrajectoryEntry> log;
  private final Map<String, Position> byId = new HashMap<>();
  private final LinkedHashMap<String, Position> credits = new LinkedHashMap<>();
  private final int limit;

  TrajectoryIndex(int limit) {
    this.limit = limit;
    this.log = new RecentLog<>(limit);
  }

  synchronized void add(Position position, long atMs, SegmentedTrajectory record) {
    TrajectoryEntry entry = TrajectoryEntry.of(position, atMs, record);
    log.add(position, entry);
    byId.put(entry.ids().trajectory(), position);
    if (byId.size() > 2 * limit) {
      byId.values().removeIf(at -> log.get(at) == null);
    }
  }

  synchronized void addCredit(Position position, String trajectoryId) {
    credits.remove(trajectoryId);
    credits.put(trajectoryId, position);
    Iterator<String> oldest = credits.keySet().iterator();
    while (credits.size() > limit) {
      oldest.next();
      oldest.remove();
    }
  }

  public synchronized Optional<TrajectoryEntry> get(String trajectoryId) {
    return Optional.ofNullable(byId.get(trajectoryId)).map(log::get);
  }

  /** Where the newest credit of a trajectory lies in the credits topic. */
  public synchronized Optional<Position> credit(String trajectoryId) {
    return Optional.ofNullable(credits.get(trajectoryId));
  }

  public RecentLog.Page<TrajectoryEntry> page(
      Position before, int limit, Predicate<TrajectoryEntry> wanted) {
    return log.page(before, limit, wanted);
  }

  /** Known trajectories that an update consumed, trained on or not, oldest first. */
  public List<TrajectoryEntry> consumedBy(VersionEntry version) {
    return log.all().stream().filter(entry -> version.covers(entry.position())).toList();
  }

  /** Known trajectories that arrived after a moment. */
  public long since(long atMs) {
    return log.all().stream().filter(entry -> entry.atMs() >= atMs).count();
  }

  public long seen() {
    return log.seen();
  }

  public int size() {
    return log.size();
  }
}
