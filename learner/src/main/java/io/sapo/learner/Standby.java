package io.sapo.learner;

import io.sapo.learner.LiveProcesses.Heard;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while another learner of the run is active: a second one must not fence the first, and two
 * under restarting supervisors must not fence each other in turns. For one thread.
 */
final class Standby implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Standby.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final LiveProcesses learners;

  /**
   * @param learners of this run; closed with this object
   */
  Standby(LiveProcesses learners) {
    this.learners = learners;
  }

  private Optional<Heard> other() {
    return learners.atWork().stream().findFirst();
  }

  /** Whether another learner is known to be active. */
  boolean otherAtWork() {
    learners.listen(Duration.ZERO);
    return learners.atWork().stream().anyMatch(Heard::again);
  }

  /** Returns when no other learner is active, or when asked to stop. */
  void await(BooleanSupplier stopping) {
    boolean said = false;
    Optional<Heard> other;
    while (!stopping.getAsBoolean() && (other = other()).isPresent()) {
      if (other.get().again() && !said) {
        said = true;
        log.warn(
            "another learner of this run is active ({}, version {}): standing by until it ends or falls silent",
            other.get().status().getInstance(),
            other.get().status().getVersion());
      }
      learners.listen(POLL);
    }
  }

  @Override
  public void close() {
    learners.close();
  }
}
