package io.sapo.evaluator;

import io.sapo.schemas.AnsweredCommands;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

/** The heartbeat of an evaluator. Thread-safe. */
final class EvaluatorStatus {
  private final String instance;
  private final Duration interval;
  private final Liveness liveness;
  private final Clock clock;
  private final long startedAtMs;
  private String state = "starting";
  private String message = "waits for weights";
  private long version = -1;
  private final AnsweredCommands commands = new AnsweredCommands();

  EvaluatorStatus(String instance, Duration interval, Liveness liveness, Clock clock) {
    this.instance = instance;
    this.interval = interval;
    this.liveness = liveness;
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

  /** What became of a command. */
  void answered(String command, String outcome) {
    commands.answer(command, outcome);
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

  private SortedMap<String, Double> gauges() {
    SortedMap<String, Double> gauges = new TreeMap<>();
    gauges.put(Liveness.GAUGE, liveness.sinceBeat().toMillis() / 1e3);
    return gauges;
  }

  private SortedMap<String, String> info() {
    SortedMap<String, String> info = new TreeMap<>();
    commands.addTo(info);
    return info;
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
        .setGauges(ProcessGauges.addedTo(gauges()))
        .setInfo(info())
        .build();
  }
}
