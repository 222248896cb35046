package io.sapo.segmenter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Failures of a stream thread that only say that the broker has aborted its transaction, as it does
 * when a process was suspended for longer than the transaction timeout. Kafka Streams takes some of
 * them for fatal. Nothing of such a transaction is in the log, so a new thread repeats the work
 * from the committed offsets. Where they come one after another, something else is wrong.
 * Thread-safe.
 */
final class LostTransactions {
  private static final int MOST = 16;
  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final List<Class<? extends Throwable>> CAUSES =
      List.of(
          InvalidTxnStateException.class,
          InvalidProducerEpochException.class,
          ProducerFencedException.class);

  private final Deque<Long> taken = new ArrayDeque<>();

  /**
   * Whether a new thread may take the place of the one that has failed; counts it if so.
   *
   * @param nanos time of a monotonic clock
   */
  synchronized boolean take(Throwable error, long nanos) {
    while (!taken.isEmpty() && nanos - taken.peekFirst() > WITHIN.toNanos()) {
      taken.removeFirst();
    }
    if (!isLost(error) || taken.size() == MOST) {
      return false;
    }
    taken.addLast(nanos);
    return true;
  }

  private static boolean isLost(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (CAUSES.contains(cause.getClass())) {
        return true;
      }
    }
    return false;
  }
}
