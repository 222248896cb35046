package io.sapo.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads and processes bring about. */
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private Await() {}

  /**
   * Polls a condition on the caller's thread until it holds.
   *
   * @throws AssertionError when it does not hold in time, or the thread is interrupted
   */
  public static void until(String what, Duration within, BooleanSupplier condition) {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting for: " + what);
      }
      if (System.nanoTime() - begun > within.toNanos()) {
        throw new AssertionError("not seen within " + within.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
