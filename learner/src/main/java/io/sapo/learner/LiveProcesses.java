package io.sapo.learner;

import io.sapo.schemas.Component;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes of one component that may be alive, by their heartbeats. Measured on this process's
 * monotonic clock, since clocks of machines differ. For one thread.
 */
final class LiveProcesses implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveProcesses.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int HEARTBEATS_MISSED = 3;
  private static final long LEAST_PATIENCE_MS = 1_000;
  private static final long MOST_PATIENCE_MS = 60_000;
  private static final Set<String> OVER = Set.of("stopped", "failed");

  /**
   * @param again whether a heartbeat arrived since this began to listen: an earlier one may be the
   *     last of a process that was killed
   */
  record Heard(Status status, long atNanos, boolean again) {}

  private final Consumer<byte[], byte[]> consumer;
  private final Topics topics;
  private final Component kind;
  private final LongSupplier nanoTime;
  private final Map<String, Heard> processes = new TreeMap<>();
  private boolean listening;

  /**
   * Reads what has been said; time counts from now.
   *
   * @param consumer closed with this object
   */
  LiveProcesses(
      Consumer<byte[], byte[]> consumer, Topics topics, Component kind, LongSupplier nanoTime) {
    this.consumer = consumer;
    this.topics = topics;
    this.kind = kind;
    this.nanoTime = nanoTime;
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer
          .partitionsFor(topics.status().name())
          .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(at -> consumer.position(at) < ends.get(at))) {
        listen(POLL);
      }
      listening = true;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Reads the heartbeats that have arrived, or arrive within this time. */
  void listen(Duration wait) {
    consumer.poll(wait).forEach(this::take);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      Status status = Heartbeats.lean(topics.status().codec().decode(record.value()));
      if (status.getComponent() == kind) {
        processes.put(status.getInstance(), new Heard(status, nanoTime.getAsLong(), listening));
      }
    } catch (RecordFormatException e) {
      log.warn("{} offset {} is skipped: {}", record.topic(), record.offset(), e.getMessage());
    }
  }

  /** Those that have neither ended nor been silent for long enough to be taken for dead. */
  List<Heard> atWork() {
    long now = nanoTime.getAsLong();
    processes
        .values()
        .removeIf(
            heard ->
                OVER.contains(heard.status().getState())
                    || now - heard.atNanos() > patienceNanos(heard.status()));
    return List.copyOf(processes.values());
  }

  /** The newest heartbeats of those that may be alive. */
  List<Status> heard() {
    listen(Duration.ZERO);
    return atWork().stream().map(Heard::status).toList();
  }

  private static long patienceNanos(Status status) {
    long wanted = HEARTBEATS_MISSED * Math.max(0, status.getIntervalMs());
    long millis = Math.max(LEAST_PATIENCE_MS, Math.min(MOST_PATIENCE_MS, wanted));
    return Duration.ofMillis(millis).toNanos();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
