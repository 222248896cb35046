package io.sapo.producer.gateway;

import io.sapo.producer.ProducerConfig;
import io.sapo.schemas.Component;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import java.time.Clock;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/** The heartbeat of a gateway. Thread-safe. */
final class GatewayStatus {
  private final ProducerConfig config;
  private final Gateway gateway;
  private final Clock clock;
  private final long startedAtMs;

  GatewayStatus(ProducerConfig config, Gateway gateway, Clock clock) {
    this.config = config;
    this.gateway = gateway;
    this.clock = clock;
    this.startedAtMs = clock.millis();
  }

  Status now() {
    String state = state();
    return Status.newBuilder()
        .setComponent(Component.UNKNOWN)
        .setInstance(config.heartbeats().instance())
        .setState(state)
        .setMessage(message(state))
        .setVersion(gateway.version())
        .setStartedAtMs(startedAtMs)
        .setAtMs(clock.millis())
        .setIntervalMs(config.heartbeats().interval().toMillis())
        .setGauges(ProcessGauges.addedTo(gauges()))
        .setInfo(
            Map.of(
                RoleName.INFO,
                RoleName.GATEWAY,
                "device",
                config.rollouts().device(),
                "engine",
                config.engine().kind().toString()))
        .build();
  }

  private String state() {
    if (gateway.done().isCompletedExceptionally()) {
      return "failed";
    }
    if (gateway.done().isDone()) {
      return "stopped";
    }
    return gateway.version() < 0 ? "starting" : "running";
  }

  private String message(String state) {
    return switch (state) {
      case "failed" -> failure();
      case "stopped" -> "";
      default -> gateway.obstacle();
    };
  }

  private String failure() {
    try {
      gateway.done().join();
      return "";
    } catch (CompletionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }

  private SortedMap<String, Double> gauges() {
    SortedMap<String, Double> gauges = new TreeMap<>();
    gateway
        .counts()
        .forEach(
            (fate, count) -> {
              boolean now = fate.equals(ConversationPublisher.OPEN);
              gauges.put("conversations_" + fate + (now ? "" : "_total"), (double) count);
            });
    return gauges;
  }
}
