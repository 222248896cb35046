package io.sapo.admin.health;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether judges outside the stream can be reached; what waits for them is not trained on. */
final class JudgesAway {
  private static final String PREFIX = "judge_";
  private static final String SUFFIX = "_away";

  private JudgesAway() {}

  /**
   * @param components as they last reported
   */
  static Condition judge(List<Status> components) {
    String id = "judges";
    String title = "Judges outside the stream can be reached";
    SortedMap<String, Boolean> judges = new TreeMap<>();
    SortedMap<String, String> troubles = new TreeMap<>();
    double held = 0;
    for (Status status : components) {
      if (status.getComponent() != Component.SEGMENTER || status.getState().equals("stopped")) {
        continue;
      }
      held += status.getGauges().getOrDefault("judging_held", 0.0);
      status
          .getGauges()
          .forEach(
              (gauge, value) -> {
                if (gauge.startsWith(PREFIX) && gauge.endsWith(SUFFIX)) {
                  String name = name(gauge);
                  judges.merge(name, value > 0, Boolean::logicalOr);
                  if (value > 0) {
                    troubles.put(name, trouble(status.getInfo(), name));
                  }
                }
              });
    }
    if (judges.isEmpty()) {
      return Condition.ok(id, title, "none is configured");
    }
    if (troubles.isEmpty()) {
      return Condition.ok(id, title, String.join(", ", judges.keySet()));
    }
    StringBuilder reasons = new StringBuilder();
    troubles.forEach(
        (name, trouble) ->
            reasons.append("judge ").append(name).append(" is away").append(trouble));
    return Condition.failing(id, title, reasons + "%.0f trajectories wait".formatted(held));
  }

  private static String name(String gauge) {
    return gauge.substring(PREFIX.length(), gauge.length() - SUFFIX.length());
  }

  /** Gauges have underscores where names may have hyphens. */
  private static String trouble(Map<String, String> info, String name) {
    return info.entrySet().stream()
        .filter(entry -> entry.getKey().replace('-', '_').equals("judge " + name))
        .map(entry -> ": " + entry.getValue() + "; ")
        .findFirst()
        .orElse("; ");
  }
}
