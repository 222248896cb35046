package io.sapo.admin.run;

import io.sapo.schemas.SegmentedTrajectory;
import java.util.Optional;

/**
 * Says why a response was judged as it was. Thread-safe; never throws on what a record may hold.
 */
@FunctionalInterface
public interface Explainer {
  /** Knows of nothing. */
  Explainer NONE = record -> Optional.empty();

  /**
   * @param found what was found as the answer; empty where none was
   * @param read how that was read
   * @param reference how the reference answer was read
   * @param why it is right or not, in a few words
   * @param agrees whether it is judged today as it is recorded
   */
  record Reasons(String found, String read, String reference, String why, boolean agrees) {}

  /** Empty where the verifier is not known here. */
  Optional<Reasons> explain(SegmentedTrajectory record);
}
