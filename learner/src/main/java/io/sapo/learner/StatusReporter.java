package io.sapo.learner;

import io.sapo.schemas.Heartbeats;
import java.util.function.Consumer;

/** Changes what the learner says of itself, and says it at once. Thread-safe. */
record StatusReporter(LearnerStatus status, Heartbeats heartbeats) {
  void report(Consumer<LearnerStatus> change) {
    change.accept(status);
    heartbeats.beat();
  }
}
