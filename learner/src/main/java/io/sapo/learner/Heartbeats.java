package io.sapo.learner;

import io.sapo.schemas.Component;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the learner's status at an interval and whenever its state changes. A heartbeat that
 * cannot be sent is logged and forgotten: the next one says the same. Owns the producer.
 */
final class Heartbeats implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

  private final Producer<byte[], byte[]> producer;
  private final Topics topics;
  private final String instance;
  private final Duration interval;
  private final LearnerStatus learner;
  private final String configDigest;
  private final Clock clock;
  private final long startedAtMs;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sapo-learner-heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  Heartbeats(
      Producer<byte[], byte[]> producer,
      Topics topics,
      String instance,
      Duration interval,
      LearnerStatus learner,
      String configDigest,
      Clock clock) {
    this.producer = producer;
    this.topics = topics;
    this.instance = instance;
    this.interval = interval;
    this.learner = learner;
    this.configDigest = configDigest;
    this.clock = clock;
    this.startedAtMs = clock.millis();
    timer.scheduleWithFixedDelay(this::beat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Publishes now; from any thread. */
  void beat() {
    try {
      LearnerStatus.Pulse now = learner.pulse();
      SortedMap<String, String> info = new TreeMap<>(now.info());
      info.put("config_digest", configDigest);
      Status status =
          Status.newBuilder()
              .setComponent(Component.LEARNER)
              .setInstance(instance)
              .setState(now.state())
              .setMessage(now.message())
              .setVersion(now.version())
              .setStartedAtMs(startedAtMs)
              .setAtMs(clock.millis())
              .setIntervalMs(interval.toMillis())
              .setGauges(ProcessGauges.addedTo(now.gauges()))
              .setInfo(info)
              .build();
      producer.send(
          topics.status().record("learner/" + instance, status),
          (metadata, failure) -> {
            if (failure != null) {
              log.warn("heartbeat was not delivered: {}", failure.toString());
            }
          });
    } catch (RuntimeException e) {
      log.warn("heartbeat was not sent: {}", e.toString());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    beat();
    producer.close(Duration.ofSeconds(5));
  }
}
