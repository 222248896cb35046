package io.sapo.producer.server;

import java.util.LinkedHashMap;
import java.util.Map;

/** The requests that a server has, by the weights that they are asked of. Guarded by the lock. */
final class Load {
  private final Map<String, Integer> byWeights = new LinkedHashMap<>();

  void begin(Publication weights) {
    byWeights.merge(weights.name(), 1, Integer::sum);
  }

  void end(Publication weights) {
    byWeights.computeIfPresent(weights.name(), (name, n) -> n == 1 ? null : n - 1);
  }

  int requests() {
    return byWeights.values().stream().mapToInt(Integer::intValue).sum();
  }

  boolean none() {
    return byWeights.isEmpty();
  }

  boolean uses(Publication weights) {
    return byWeights.containsKey(weights.name());
  }
}
