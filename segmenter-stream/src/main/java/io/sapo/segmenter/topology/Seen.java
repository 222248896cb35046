package io.sapo.segmenter.topology;

import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Remembers names for a while. Times are wall-clock times of this process, never those of records:
 * one record from the far future would otherwise make the store forget everything.
 */
final class Seen {
  private static final byte[] PRESENT = {1};

  private final WindowStore<String, byte[]> store;
  private final long retentionMs;

  Seen(WindowStore<String, byte[]> store, Duration retention) {
    this.store = store;
    this.retentionMs = retention.toMillis();
  }

  static StoreBuilder<WindowStore<String, byte[]>> store(Duration retention) {
    return Stores.windowStoreBuilder(
        Stores.persistentWindowStore(Nodes.SEEN, retention, Duration.ofMillis(1), false),
        Serdes.String(),
        Serdes.ByteArray());
  }

  boolean trajectory(String id, long nowMs) {
    return contains("t/" + id, nowMs);
  }

  void rememberTrajectory(String id, long nowMs) {
    store.put("t/" + id, PRESENT, nowMs);
  }

  boolean closedGroup(String id, long nowMs) {
    return contains("g/" + id, nowMs);
  }

  void rememberClosedGroup(String id, long nowMs) {
    store.put("g/" + id, PRESENT, nowMs);
  }

  private boolean contains(String name, long nowMs) {
    try (WindowStoreIterator<byte[]> times =
        store.fetch(name, Math.max(0, nowMs - retentionMs), Long.MAX_VALUE)) {
      return times.hasNext();
    }
  }
}
