package io.sapo.schemas;

import java.util.Optional;

/** What ids of tasks, groups, trajectories and producers may be. */
public final class Ids {
  /** Longest, in characters. */
  public static final int MAX_CHARS = 256;

  private Ids() {}

  /** What is wrong with an id, to be said after its name; empty where nothing is. */
  public static Optional<String> fault(String id) {
    boolean control = id.chars().anyMatch(Character::isISOControl);
    return id.isBlank() || id.length() > MAX_CHARS || control
        ? Optional.of("must have 1 to " + MAX_CHARS + " characters and no control characters")
        : Optional.empty();
  }
}
