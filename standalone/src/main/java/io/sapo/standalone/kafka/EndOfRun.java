package io.sapo.standalone.kafka;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Watches, for a command, the run whose broker it uses. Kafka's clients wait a minute for a broker
 * that is gone: once the run has ended, the command's thread is interrupted where it waits for one.
 */
final class EndOfRun implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** Looks in a row: a run that is about to end answers for a moment more. */
  private static final int LOOKS = 4;

  private final BooleanSupplier ended;
  private final Thread command = Thread.currentThread();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread watch = new Thread(this::look, "end-of-run");

  /**
   * For the thread that makes it.
   *
   * @param ended whether the run has ended
   */
  EndOfRun(BooleanSupplier ended) {
    this.ended = ended;
    watch.setDaemon(true);
    watch.start();
  }

  private void look() {
    try {
      int seen = 0;
      while (!closed.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        seen = ended.getAsBoolean() ? seen + 1 : 0;
        // More than once: clients wait for what they have asked when they are closed, too.
        if (seen >= LOOKS && waitsForBroker()) {
          command.interrupt();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean waitsForBroker() {
    return Arrays.stream(command.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith("org.apache.kafka."));
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
