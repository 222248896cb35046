package io.sapo.learner;

import io.sapo.schemas.Heartbeats;
import java.util.function.Consumer;

/** Changes the learner's status and sends a heartbeat at once. Thread-safe. */
record StatusReporter(LearnerStatus status, Heartbeats heartbeats) {
  void report(Consumer<LearnerStatus> change) {
    change.accept(status);
    heartbeats.beat();
  }
}
