package io.sapo.segmenter;

import io.sapo.schemas.Component;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.topology.Counters;
import io.sapo.segmenter.topology.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the segmenter's status at an interval and when its state changes. A heartbeat that
 * cannot be sent is logged and forgotten: the next one says the same.
 */
final class Heartbeats implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
  private static final int MAX_BLOCK_MS = 5_000;

  private final Segmenter segmenter;
  private final Topics topics;
  private final SegmenterConfig config;
  private final String instance;
  private final long startedAtMs = System.currentTimeMillis();
  private final Producer<byte[], byte[]> producer;
  private final ScheduledThreadPoolExecutor timer;
  private final AtomicBoolean closed = new AtomicBoolean();

  // Of the timer's thread only.
  private long lastRead;
  private long lastReadAtNanos = System.nanoTime();
  private double recordsPerSecond;

  Heartbeats(
      Segmenter segmenter,
      Map<String, Object> kafka,
      Topics topics,
      SegmenterConfig config,
      String instance) {
    this.segmenter = segmenter;
    this.topics = topics;
    this.config = config;
    this.instance = instance;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, topics.prefix() + "segmenter-status-" + instance);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "sapo-segmenter-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
  }

  void start() {
    timer.scheduleWithFixedDelay(
        this::beat, 0, config.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** From any thread. */
  void beatSoon() {
    try {
      timer.execute(this::beat);
    } catch (RejectedExecutionException e) {
      log.debug("no heartbeat after the last one");
    }
  }

  private void beat() {
    try {
      measureRate();
      SegmenterHealth health = segmenter.health();
      Status status =
          Status.newBuilder()
              .setComponent(Component.SEGMENTER)
              .setInstance(instance)
              .setState(health.state())
              .setMessage(health.message())
              .setVersion(-1)
              .setStartedAtMs(startedAtMs)
              .setAtMs(System.currentTimeMillis())
              .setIntervalMs(config.heartbeat().toMillis())
              .setGauges(ProcessGauges.addedTo(gauges()))
              .setInfo(Map.of("strategy", config.strategy().describe()))
              .build();
      producer.send(
          topics.status().record("segmenter/" + instance, status),
          (metadata, failure) -> {
            if (failure != null) {
              log.warn("heartbeat was not delivered: {}", failure.toString());
            }
          });
    } catch (RuntimeException e) {
      log.warn("heartbeat was not sent: {}", e.toString());
    }
  }

  /** Over at least one interval, so that beats in quick succession do not make it jump. */
  private void measureRate() {
    long now = System.nanoTime();
    double seconds = (now - lastReadAtNanos) / 1e9;
    if (seconds >= config.heartbeat().toMillis() / 1e3) {
      long read = segmenter.counters().read();
      recordsPerSecond = (read - lastRead) / seconds;
      lastRead = read;
      lastReadAtNanos = now;
    }
  }

  private Map<String, Double> gauges() {
    Counters counters = segmenter.counters();
    Map<String, Double> gauges = new TreeMap<>();
    gauges.put("records_per_second", recordsPerSecond);
    gauges.put("records_read", (double) counters.read());
    gauges.put("records_segmented", (double) counters.segmented());
    segmenter.lag().ifPresent(lag -> gauges.put("lag_records", lag));
    long all = 0;
    for (Reason reason : Reason.values()) {
      long refused = counters.refused(reason);
      all += refused;
      if (refused > 0) {
        gauges.put("dead_letters_" + reason.label().replace('-', '_'), (double) refused);
      }
    }
    gauges.put("dead_letters", (double) all);
    return gauges;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    timer.shutdown();
    try {
      if (timer.awaitTermination(MAX_BLOCK_MS, TimeUnit.MILLISECONDS)) {
        beat();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ofMillis(MAX_BLOCK_MS));
  }
}
