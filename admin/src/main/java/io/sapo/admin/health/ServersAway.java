package io.sapo.admin.health;

import io.sapo.schemas.Component;
import io.sapo.schemas.ServersWaitedFor;
import io.sapo.schemas.Status;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether producers have inference servers whose responses they can use. */
final class ServersAway {
  /** A server that is started again and checked at once is no news. */
  private static final double PATIENCE_SECONDS = 30;

  private static final Set<String> OVER = Set.of("stopped", "failed");

  private ServersAway() {}

  /**
   * @param components as they last reported
   */
  static Condition judge(List<Status> components) {
    String id = "servers";
    String title = "Producers have usable inference servers";
    List<Status> producers =
        components.stream()
            .filter(one -> one.getComponent() == Component.PRODUCER)
            .filter(one -> !OVER.contains(one.getState()))
            .toList();
    List<Status> waiting =
        producers.stream().filter(one -> seconds(one) > PATIENCE_SECONDS).toList();
    if (waiting.isEmpty()) {
      return Condition.ok(id, title, "none of %d producers waits".formatted(producers.size()));
    }
    return Condition.failing(
        id,
        title,
        waiting.stream()
            .map(
                one ->
                    "producer %s for %.0f s: %s"
                        .formatted(one.getInstance(), seconds(one), one.getMessage()))
            .collect(Collectors.joining("; ")));
  }

  private static double seconds(Status producer) {
    return producer.getGauges().getOrDefault(ServersWaitedFor.GAUGE, 0.0);
  }
}
