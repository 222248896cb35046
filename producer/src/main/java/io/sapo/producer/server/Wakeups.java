package io.sapo.producer.server;

import java.util.concurrent.TimeUnit;

/**
 * What a server's own thread waits for: news, or that it is to end. Under the engine's lock, which
 * is let go meanwhile. A thread that is interrupted is to end.
 */
final class Wakeups {
  private final Object lock;
  private boolean news;
  private boolean closed;

  /**
   * @param lock the engine's
   */
  Wakeups(Object lock) {
    this.lock = lock;
  }

  void news() {
    news = true;
    lock.notifyAll();
  }

  void close() {
    closed = true;
    lock.notifyAll();
  }

  boolean closed() {
    return closed;
  }

  /** Waits for news, or for so long. */
  void awaitNews(long milliseconds) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    long left = milliseconds;
    while (!news && !closed && left > 0) {
      pause(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
    news = false;
  }

  /** Waits for so long, whatever comes in between but the end. */
  void sleep(long milliseconds) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    long left = milliseconds;
    while (!closed && left > 0) {
      pause(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
  }

  /** Waits for anything to change, for so long at most. */
  void pause(long milliseconds) {
    try {
      lock.wait(milliseconds);
    } catch (InterruptedException e) {
      closed = true;
      Thread.currentThread().interrupt();
    }
  }
}
