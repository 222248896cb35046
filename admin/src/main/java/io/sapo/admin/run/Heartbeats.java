package io.sapo.admin.run;

import io.sapo.schemas.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The newest heartbeat of every component instance; a bounded number of them, and of characters in
 * all. Those make room that were heard of longest ago, whatever time they claim: of the large ones
 * among them gauges and details go first. Thread-safe.
 */
public final class Heartbeats {
  static final int LIMIT = 500;
  static final long MOST_CHARS = 8 << 20;

  /** Of one that is left as it is. */
  private static final long SHARE = MOST_CHARS / LIMIT;

  /** In the order of their arrival. */
  private final LinkedHashMap<String, Kept> byKey = new LinkedHashMap<>();

  private long chars;

  private record Kept(Status status, long chars) {
    static Kept of(Status status) {
      return new Kept(status, io.sapo.schemas.Heartbeats.chars(status));
    }
  }

  synchronized void put(String key, Status status) {
    remove(key);
    Kept kept = Kept.of(status);
    byKey.put(key, kept);
    chars += kept.chars();
    if (byKey.size() > LIMIT) {
      remove(byKey.keySet().iterator().next());
    }
    if (chars > MOST_CHARS) {
      makeLeaner();
    }
  }

  private void makeLeaner() {
    for (Map.Entry<String, Kept> entry : byKey.entrySet()) {
      Kept large = entry.getValue();
      if (large.chars() > SHARE) {
        Kept lean = Kept.of(io.sapo.schemas.Heartbeats.leanest(large.status()));
        entry.setValue(lean);
        chars += lean.chars() - large.chars();
        if (chars <= MOST_CHARS) {
          return;
        }
      }
    }
  }

  synchronized void remove(String key) {
    Kept gone = byKey.remove(key);
    chars -= gone == null ? 0 : gone.chars();
  }

  /** By component and instance. The records are not to be changed. */
  public synchronized List<Status> all() {
    return new TreeMap<>(byKey).values().stream().map(Kept::status).toList();
  }
}
