package io.sapo.producer.rollout;

import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a status at an interval and, on closing, a last one. One that cannot be sent is logged
 * and forgotten: the next says the same.
 */
final class Heartbeats implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

  private final Topics topics;
  private final Supplier<Status> status;
  private final Producer<byte[], byte[]> producer;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "producer-heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param status asked for on the heartbeats' thread
   */
  Heartbeats(Map<String, Object> clientConfig, Topics topics, Supplier<Status> status) {
    this.topics = topics;
    this.status = status;
    this.producer =
        new KafkaProducer<>(clientConfig, new ByteArraySerializer(), new ByteArraySerializer());
  }

  void start(Duration interval) {
    timer.scheduleWithFixedDelay(this::beat, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void beat() {
    try {
      Status now = status.get();
      producer.send(
          topics.status().record("producer/" + now.getInstance(), now),
          (metadata, problem) -> {
            if (problem != null) {
              log.warn("heartbeat was not delivered: {}", problem.toString());
            }
          });
    } catch (RuntimeException e) {
      log.warn("heartbeat was not sent: {}", e.toString());
    }
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    beat();
    producer.close(CLOSE_WITHIN);
  }
}
