package io.sapo.admin.topics;

import org.apache.kafka.clients.consumer.Consumer;

/** The end of a thread that owns a consumer. */
final class ConsumerThread {
  private static final long STOP_WITHIN_MS = 10_000;

  private ConsumerThread() {}

  /**
   * Waits for a thread that has been told to end; what it reads just now is broken off.
   *
   * @param open its consumer; null where it has none now
   */
  static void stop(Thread thread, Consumer<?, ?> open) {
    if (open != null) {
      open.wakeup();
    }
    try {
      thread.join(STOP_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
