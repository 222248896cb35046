package io.sapo.learner.fold;

import java.util.List;

/** What updates end with, to be compared bit by bit. */
record FoldOutcome(StateHashes hashes, List<UpdateReport> reports) {
  static FoldOutcome of(TrainingState state, List<UpdateReport> reports) {
    return new FoldOutcome(state.hashes(), reports);
  }
}
