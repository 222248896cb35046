package io.sapo.standalone.evaluation;

import io.sapo.schemas.Component;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

/** What heartbeats say of an evaluation. Thread-safe. */
final class EvaluatorStatus {
  private final String instance;
  private final Duration interval;
  private final Clock clock;
  private final long startedAtMs;
  private String state = "starting";
  private String message = "waits for weights";
  private long version = -1;

  EvaluatorStatus(String instance, Duration interval, Clock clock) {
    this.instance = instance;
    this.interval = interval;
    this.clock = clock;
    this.startedAtMs = clock.millis();
  }

  synchronized void holds(long next) {
    state = "running";
    message = "";
    version = next;
  }

  synchronized void examines(long examined, int tasks) {
    message = "examines version %d on %d tasks".formatted(examined, tasks);
  }

  synchronized void waits() {
    message = "";
  }

  /** By being closed, which is a cancellation, or by failing. */
  synchronized void ended(Throwable cause) {
    boolean asked = cause instanceof CancellationException;
    state = asked ? "stopped" : "failed";
    message = asked ? "" : String.valueOf(cause.getMessage());
  }

  synchronized Status now() {
    return Status.newBuilder()
        .setComponent(Component.EVALUATOR)
        .setInstance(instance)
        .setState(state)
        .setMessage(message)
        .setVersion(version)
        .setStartedAtMs(startedAtMs)
        .setAtMs(clock.millis())
        .setIntervalMs(interval.toMillis())
        .setGauges(ProcessGauges.addedTo(new TreeMap<>()))
        .setInfo(Map.of())
        .build();
  }
}
