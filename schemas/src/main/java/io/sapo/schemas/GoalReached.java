package io.sapo.schemas;

import java.util.OptionalLong;

/**
 * That a learner has ended because the last version that it was to make is there, as its last
 * heartbeat says under {@link #INFO}; one that was stopped before says nothing of the kind.
 */
public final class GoalReached {
  /** Name among the {@code info} of a learner's status: the version, in decimal. */
  public static final String INFO = "goal_reached";

  private GoalReached() {}

  /** The version; empty where the heartbeat does not say, or says no number. */
  public static OptionalLong of(Status status) {
    try {
      String said = status.getInfo().get(INFO);
      return said == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(said));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
