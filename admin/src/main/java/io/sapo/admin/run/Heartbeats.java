package io.sapo.admin.run;

import io.sapo.schemas.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The newest heartbeat of every component instance; a bounded number of them. Thread-safe. */
public final class Heartbeats {
  static final int LIMIT = 500;

  private final SortedMap<String, Status> byKey = new TreeMap<>();

  synchronized void put(String key, Status status) {
    byKey.put(key, status);
    if (byKey.size() > LIMIT) {
      byKey.entrySet().stream()
          .min(Comparator.comparingLong(entry -> entry.getValue().getAtMs()))
          .map(Map.Entry::getKey)
          .ifPresent(byKey::remove);
    }
  }

  synchronized void remove(String key) {
    byKey.remove(key);
  }

  /** By component and instance. The records are not to be changed. */
  public synchronized List<Status> all() {
    return Collections.unmodifiableList(new ArrayList<>(byKey.values()));
  }
}
