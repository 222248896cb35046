package io.sapo.learner.config;

import io.sapo.learner.fault.FaultHook;

/**
 * What holds for one start of a learner, and neither for the run nor for the starts after it.
 *
 * @param untilVersion training ends with this version
 * @param acceptDivergence whether recovery goes on where folding again gives other weights than
 *     were committed; the next commit record then lists them
 * @param faults for fault tests
 */
public record LearnerStart(long untilVersion, boolean acceptDivergence, FaultHook faults) {

  public LearnerStart {
    if (untilVersion < 0) {
      throw new IllegalArgumentException(
          "the last version must not be negative, got " + untilVersion);
    }
  }

  /** Training up to a version; it ends where recovery gives other weights than were committed. */
  public static LearnerStart until(long version) {
    return new LearnerStart(version, false, FaultHook.NONE);
  }

  /** The same, with faults. */
  public LearnerStart with(FaultHook given) {
    return new LearnerStart(untilVersion, acceptDivergence, given);
  }

  /** The same; whether other weights than were committed are accepted is as given. */
  public LearnerStart acceptingDivergence(boolean accepted) {
    return new LearnerStart(untilVersion, accepted, faults);
  }
}
