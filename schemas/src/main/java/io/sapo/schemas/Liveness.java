package io.sapo.schemas;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * When a main loop last made progress, for those who watch whether it is stuck. Waiting for a
 * broker, for records or at the staleness gate counts as progress: such waits have an end of their
 * own. Thread-safe; the loop's thread beats.
 */
public final class Liveness {
  /** Name of the gauge in status records. */
  public static final String GAUGE = "seconds_since_progress";

  private static final int FRAMES = 6;

  private final LongSupplier nanoTime;
  private volatile Thread thread;
  private volatile long beatAt;

  public Liveness(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The loop has come round, or has got on in a long turn. */
  public void beat() {
    beatAt = nanoTime.getAsLong();
    thread = Thread.currentThread();
  }

  /** The loop has nothing to do, or has ended: until the next beat it is not stuck. */
  public void rest() {
    thread = null;
  }

  /** The same clock, which is a beat whenever it is read. */
  public LongSupplier beatingClock() {
    return () -> {
      beat();
      return beatAt;
    };
  }

  /** Zero while it rests. */
  public Duration sinceBeat() {
    return thread == null ? Duration.ZERO : Duration.ofNanos(nanoTime.getAsLong() - beatAt);
  }

  /** Where the loop's thread is just now. */
  public String where() {
    Thread looping = thread;
    if (looping == null) {
      return "at rest";
    }
    return looping.getName()
        + Arrays.stream(looping.getStackTrace())
            .limit(FRAMES)
            .map(frame -> "\n  at " + frame)
            .collect(Collectors.joining());
  }
}
