package io.sapo.segmenter.topology;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Remembers names for a while. Times are wall-clock times of this process, never those of records:
 * one record from the far future would otherwise make the store forget everything.
 */
final class RecentIds {
  private static final byte[] PRESENT = {1};

  private final WindowStore<String, byte[]> store;
  private final long retentionMs;

  RecentIds(WindowStore<String, byte[]> store, Duration retention) {
    this.store = store;
    this.retentionMs = retention.toMillis();
  }

  static StoreBuilder<WindowStore<String, byte[]>> store(Duration retention) {
    return Stores.windowStoreBuilder(
        Stores.persistentWindowStore(Nodes.SEEN, retention, Duration.ofMillis(1), false),
        Serdes.String(),
        Serdes.ByteArray());
  }

  /** Whether a trajectory's id has come before, and where. */
  enum Sighting {
    NEVER,
    /** In this very record, which is read again. */
    HERE,
    ELSEWHERE
  }

  Sighting trajectory(String id, Source source, long nowMs) {
    byte[] here = position(source);
    Sighting sighting = Sighting.NEVER;
    try (WindowStoreIterator<byte[]> times = times("t/" + id, nowMs)) {
      while (times.hasNext()) {
        if (Arrays.equals(times.next().value, here)) {
          return Sighting.HERE;
        }
        sighting = Sighting.ELSEWHERE;
      }
    }
    return sighting;
  }

  void rememberTrajectory(String id, Source source, long nowMs) {
    store.put("t/" + id, position(source), nowMs);
  }

  private static byte[] position(Source source) {
    return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
        .putInt(source.partition())
        .putLong(source.offset())
        .array();
  }

  boolean closedGroup(String id, long nowMs) {
    return contains("g/" + id, nowMs);
  }

  void rememberClosedGroup(String id, long nowMs) {
    store.put("g/" + id, PRESENT, nowMs);
  }

  private boolean contains(String name, long nowMs) {
    try (WindowStoreIterator<byte[]> times = times(name, nowMs)) {
      return times.hasNext();
    }
  }

  private WindowStoreIterator<byte[]> times(String name, long nowMs) {
    return store.fetch(name, Math.max(0, nowMs - retentionMs), Long.MAX_VALUE);
  }
}
