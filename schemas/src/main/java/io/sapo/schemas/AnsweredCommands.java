package io.sapo.schemas;

import java.util.LinkedHashMap;
import java.util.Map;

/** What became of the newest commands to one process, for its heartbeats. Thread-safe. */
public final class AnsweredCommands {
  /** So many are kept. */
  public static final int MOST = 32;

  /** A longer id was made up: it is neither kept nor said. */
  public static final int MAX_ID_CHARS = 1_024;

  private final Map<String, String> outcomes = new LinkedHashMap<>();

  /**
   * @param outcome begins as {@link CommandOutcomes#of} says
   */
  public synchronized void answer(String command, String outcome) {
    if (command.length() > MAX_ID_CHARS) {
      return;
    }
    outcomes.remove(command);
    outcomes.put(command, outcome);
    if (outcomes.size() > MOST) {
      outcomes.remove(outcomes.keySet().iterator().next());
    }
  }

  /** Takes over what an earlier start of the process has said. */
  public synchronized void remember(Status said) {
    said.getInfo()
        .forEach(
            (name, outcome) -> {
              if (name.startsWith(CommandOutcomes.INFO)) {
                answer(name.substring(CommandOutcomes.INFO.length()), outcome);
              }
            });
  }

  /** Adds them to the {@code info} of a status. */
  public synchronized void addTo(Map<String, String> info) {
    outcomes.forEach((command, outcome) -> info.put(CommandOutcomes.INFO + command, outcome));
  }
}
