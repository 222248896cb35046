package io.sapo.schemas;

import java.util.Optional;

/** What became of operators' commands, as the heartbeats of whom they were for say. */
public final class CommandOutcomes {
  /** Before a command's id, the name among the {@code info} of a status. */
  public static final String INFO = "command/";

  private CommandOutcomes() {}

  /**
   * Begins with {@code accepted}, {@code done}, {@code failed} or {@code refused}; empty while
   * nothing is known.
   */
  public static Optional<String> of(Iterable<Status> statuses, String commandId) {
    for (Status status : statuses) {
      String outcome = status.getInfo().get(INFO + commandId);
      if (outcome != null) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }
}
