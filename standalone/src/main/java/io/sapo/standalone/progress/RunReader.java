package io.sapo.standalone.progress;

import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a run's small topics from their beginning into a {@link RunProgress}, on its own thread.
 */
public final class RunReader implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunReader.class);
  private static final Duration POLL = Duration.ofMillis(250);

  private final RunProgress progress;
  private final Topics topics;
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "run-reader");
  private volatile boolean closed;

  /** Reads what is there already before it returns; {@link #start} goes on. */
  public RunReader(Map<String, Object> client, Topics topics, RunProgress progress) {
    this.progress = progress;
    this.topics = topics;
    Map<String, Object> properties = new HashMap<>(client);
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", false);
    this.consumer = new SkippingConsumer(properties, SkippingConsumer.Damaged.LEFT_OUT);
    this.partitions =
        List.of(
            new TopicPartition(topics.weights().name(), 0),
            new TopicPartition(topics.evaluations().name(), 0),
            new TopicPartition(topics.status().name(), 0),
            new TopicPartition(topics.deadLetters(), 0));
    consumer.assign(partitions);
    readToEnd();
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** Completes, with the cause, when reading ended without being asked to. */
  public CompletableFuture<Throwable> failure() {
    return failure;
  }

  /**
   * Ends the thread after everything committed by now has been read.
   *
   * @return trajectories that producers have published
   */
  public long finish() {
    stop();
    readToEnd();
    List<TopicPartition> trajectories =
        consumer.partitionsFor(topics.trajectories().name()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    long published = 0;
    for (long end : consumer.endOffsets(trajectories).values()) {
      published += end;
    }
    return published;
  }

  @Override
  public void close() {
    stop();
    consumer.close();
  }

  private void run() {
    try {
      while (!closed) {
        consumer.poll(POLL).forEach(progress::apply);
      }
    } catch (WakeupException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      log.error("reading the run's topics has ended", e);
      failure.complete(e);
    }
  }

  private void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      consumer.poll(POLL).forEach(progress::apply);
    }
  }

  private void stop() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
