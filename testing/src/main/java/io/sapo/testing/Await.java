package io.sapo.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads and processes bring about. */
public final class Await {
  private static final Duration LEAST_PAUSE = Duration.ofMillis(10);
  private static final Duration MOST_PAUSE = Duration.ofSeconds(1);

  /** Pauses are so many times as long as a look, which may be a whole topic that is read. */
  private static final int PAUSE_RATIO = 4;

  private Await() {}

  /**
   * Polls a condition on the caller's thread until it holds.
   *
   * @throws AssertionError when it does not hold in time, or the thread is interrupted
   */
  public static void until(String what, Duration within, BooleanSupplier condition) {
    long begun = System.nanoTime();
    for (long look = begun; !condition.getAsBoolean(); look = System.nanoTime()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting for: " + what);
      }
      if (System.nanoTime() - begun > within.toNanos()) {
        throw new AssertionError("not seen within " + within.toSeconds() + " s: " + what);
      }
      long pause = PAUSE_RATIO * (System.nanoTime() - look);
      LockSupport.parkNanos(Math.min(MOST_PAUSE.toNanos(), Math.max(LEAST_PAUSE.toNanos(), pause)));
    }
  }
}
