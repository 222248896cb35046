package io.sapo.producer.server;

import java.util.HashMap;
import java.util.Map;

/**
 * By how many adapters a {@link FakeServer} generates at a time: requests of one more wait, as
 * vLLM's do for {@code --max-loras}.
 */
final class FakeAdapters {
  private final Map<String, Integer> running = new HashMap<>();
  private int most = Integer.MAX_VALUE;

  synchronized void most(int adapters) {
    most = adapters;
  }

  /** Waits until a request of this adapter may run. */
  synchronized void begin(String name) {
    while (!running.containsKey(name) && running.size() >= most) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    running.merge(name, 1, Integer::sum);
  }

  synchronized void end(String name) {
    running.computeIfPresent(name, (key, n) -> n == 1 ? null : n - 1);
    notifyAll();
  }
}
