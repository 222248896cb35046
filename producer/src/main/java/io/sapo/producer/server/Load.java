package io.sapo.producer.server;

import java.util.LinkedHashMap;
import java.util.Map;

/** The requests that a server has, by the weights that they are asked of. Guarded by the lock. */
final class Load {
  private static final int LEAST_ADAPTERS = 2;

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

  boolean uses(String weights) {
    return byWeights.containsKey(weights);
  }

  /**
   * Whether requests of an adapter may have to wait for those of others to end: a server generates
   * by the old one and the new one at a time, and need not by more (vLLM's {@code --max-loras}).
   */
  boolean mayKeepWaiting(Publication weights) {
    int others = byWeights.size() - (uses(weights.name()) ? 1 : 0);
    return weights.adapter() && others >= LEAST_ADAPTERS;
  }
}
