package io.sapo.producer.rollout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One thread waits, others signal. A signal that comes while nobody waits is kept for the next
 * wait; several at once are one.
 */
final class AutoResetEvent {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private boolean signalled;

  void signal() {
    lock.lock();
    try {
      signalled = true;
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns at a signal or after the time, whichever comes first; early when interrupted. */
  void await(long milliseconds) {
    lock.lock();
    try {
      if (!signalled) {
        boolean unused = news.await(milliseconds, TimeUnit.MILLISECONDS);
      }
      signalled = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
