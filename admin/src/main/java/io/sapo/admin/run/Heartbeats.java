package io.sapo.admin.run;

import io.sapo.schemas.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;

/**
 * The newest heartbeat of every component instance; a bounded number of them. Those make room that
 * were heard of longest ago, whatever time they claim. Thread-safe.
 */
public final class Heartbeats {
  static final int LIMIT = 500;

  /** In the order of their arrival. */
  private final LinkedHashMap<String, Status> byKey = new LinkedHashMap<>();

  synchronized void put(String key, Status status) {
    byKey.remove(key);
    byKey.put(key, status);
    if (byKey.size() > LIMIT) {
      byKey.remove(byKey.keySet().iterator().next());
    }
  }

  synchronized void remove(String key) {
    byKey.remove(key);
  }

  /** By component and instance. The records are not to be changed. */
  public synchronized List<Status> all() {
    return Collections.unmodifiableList(new ArrayList<>(new TreeMap<>(byKey).values()));
  }
}
