package io.sapo.producer.server;

import io.sapo.producer.engine.Outage;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a server is trusted, and what is said of it where it is not. Guarded by the engine's
 * lock.
 */
final class Standing {
  private static final Logger log = LoggerFactory.getLogger(Standing.class);
  private static final int REFUSALS_BEFORE_SUSPECT = 3;
  private static final Duration SAY_EVERY = Duration.ofMinutes(1);

  private final URI address;
  private String problem = "has not been asked yet";

  /** What is done about the problem, for people. */
  private String stage = "";

  private long outSince = System.nanoTime();
  private long saidAt = outSince;
  private boolean suspect;
  private boolean silent;
  private int refusedInARow;
  private int faultsInARow;

  Standing(URI address) {
    this.address = address;
  }

  void begin() {
    outSince = System.nanoTime();
  }

  /** Whether it must be looked at before it is used again. */
  boolean suspect() {
    return suspect;
  }

  int faultsInARow() {
    return faultsInARow;
  }

  /** See {@link InferenceServer#outage}. */
  Optional<Outage> outage() {
    if (problem.isEmpty()) {
      return Optional.empty();
    }
    Duration lasts = Duration.ofNanos(System.nanoTime() - outSince);
    String reason =
        "%s: %s (out of use for %d s, %d faults in a row%s)"
            .formatted(address, problem, lasts.toSeconds(), faultsInARow, stage);
    return Optional.of(new Outage(reason, lasts));
  }

  void answered() {
    refusedInARow = 0;
    faultsInARow = 0;
  }

  /** Notes an answer that was refused; what is to be held against the server, if it is too much. */
  Optional<String> answerRefused(String reason) {
    return ++refusedInARow >= REFUSALS_BEFORE_SUSPECT
        ? Optional.of(
            "%d answers in a row were refused, the last because %s"
                .formatted(refusedInARow, reason))
        : Optional.empty();
  }

  void fault(String why) {
    suspect = true;
    faultsInARow++;
    long now = System.nanoTime();
    if (problem.isEmpty()) {
      outSince = now;
    }
    boolean news = !why.equals(problem) || now - saidAt > SAY_EVERY.toNanos();
    problem = why;
    if (news && !silent) {
      saidAt = now;
      log.warn("inference server {}", outage().orElseThrow().reason());
    }
  }

  void stage(String now) {
    stage = now;
  }

  /** It is known again what it is. */
  void identified() {
    suspect = false;
    refusedInARow = 0;
  }

  /** It has shown that it samples from the weights of this version. */
  void proved(long version) {
    boolean back = !problem.isEmpty();
    problem = "";
    stage = "";
    if (back) {
      log.info("inference server {} samples from version {}", address, version);
    }
  }

  /** From here on nothing is said any more. */
  void silence() {
    silent = true;
  }
}
