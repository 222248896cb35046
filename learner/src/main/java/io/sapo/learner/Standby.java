package io.sapo.learner;

import io.sapo.learner.LiveProcesses.Heard;
import io.sapo.schemas.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while another learner of the run is active: a second one must not fence the first, and two
 * under restarting supervisors must not fence each other in turns. Nor must it while heartbeats
 * cannot be delivered: the other then trains on, and is fenced once the brokers are back. For one
 * thread.
 */
final class Standby implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Standby.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private static final int QUIET_POLLS = 20;

  /** Of brokers that do not answer. */
  private static final int MOST_POLLS = 30 * QUIET_POLLS;

  private final LiveProcesses learners;

  /**
   * @param learners of this run; closed with this object
   */
  Standby(LiveProcesses learners) {
    this.learners = learners;
  }

  /**
   * Whether another learner is active. One that was at its last heartbeat is waited for, until the
   * next or until it is silent; while the brokers do not answer it is taken for active.
   */
  boolean otherAtWork() {
    while (learners.catchUp()) {
      List<Heard> others = learners.atWork();
      if (others.isEmpty() || others.stream().anyMatch(Heard::again)) {
        return !others.isEmpty();
      }
      learners.listen(POLL);
    }
    return true;
  }

  /**
   * Whether another learner has been active since this one began to listen: what has taken over
   * says so before, but its words may be under way still.
   */
  boolean otherHasBegun(BooleanSupplier stopping) {
    int quiet = 0;
    for (int polls = 0;
        quiet < QUIET_POLLS && polls < MOST_POLLS && !stopping.getAsBoolean();
        polls++) {
      quiet += learners.catchUp() ? 1 : 0;
      if (learners.atWork().stream().anyMatch(Heard::again)) {
        return true;
      }
      learners.listen(POLL);
    }
    return quiet < QUIET_POLLS;
  }

  /** What the learner before this one has said last. */
  Optional<Status> former() {
    return learners.newest();
  }

  /** Returns when no other learner is active, or when asked to stop. */
  void await(BooleanSupplier stopping) {
    boolean said = false;
    while (!stopping.getAsBoolean()) {
      boolean answered = learners.catchUp();
      Optional<Heard> other = learners.atWork().stream().findFirst();
      if (answered && other.isEmpty()) {
        return;
      }
      if (!said && other.filter(Heard::again).isPresent()) {
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
