package io.sapo.learner.commit;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;

/** How often, and with which pauses, what failed for no known reason is tried again. */
final class Retries {

  /**
   * @param first pause; each is twice the one before
   * @param longest pause
   * @param attempts that may fail in all, those for want of a broker not counted
   */
  record Patience(Duration first, Duration longest, int attempts) {
    static final Patience USUAL = new Patience(Duration.ofMillis(100), Duration.ofSeconds(20), 14);
  }

  private static final int MOST_DOUBLINGS = 20;

  private final Patience patience;
  private int unexplained;
  private int pauses;

  Retries(Patience patience) {
    this.patience = patience;
  }

  /**
   * @throws CommitFailedException when this was the last attempt
   */
  void pauseAfter(KafkaException cause) {
    pauses++;
    // An absent broker comes back, in its own time.
    unexplained += cause instanceof RetriableException ? 0 : 1;
    if (unexplained >= patience.attempts()) {
      throw new CommitFailedException(
          "the version cannot be committed: %d attempts have failed, the last with %s"
              .formatted(unexplained, cause),
          cause);
    }
    long millis = patience.first().toMillis() << Math.min(pauses - 1, MOST_DOUBLINGS);
    try {
      Thread.sleep(Math.min(millis, patience.longest().toMillis()));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
