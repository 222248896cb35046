package io.sapo.learner;

import io.sapo.schemas.Component;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while another learner of the run is at work, by its heartbeats: one that comes second must
 * not end the first, and two that are started again whenever they end must not end each other in
 * turns. Only this process's running time is looked at; clocks of machines differ. For one thread.
 */
final class Standby implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Standby.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int HEARTBEATS_MISSED = 3;
  private static final long LEAST_PATIENCE_MS = 1_000;
  private static final long MOST_PATIENCE_MS = 60_000;
  private static final Set<String> OVER = Set.of("stopped", "failed");

  /**
   * @param again whether it has spoken since this began to listen: what was said before may be the
   *     last word of one that was killed
   */
  private record Heard(Status status, long atNanos, boolean again) {}

  private final Consumer<byte[], byte[]> consumer;
  private final Topics topics;
  private final LongSupplier nanoTime;
  private final Map<String, Heard> learners = new HashMap<>();
  private boolean listening;

  /**
   * Reads what has been said; time counts from now.
   *
   * @param consumer closed with this object
   */
  Standby(Consumer<byte[], byte[]> consumer, Topics topics, LongSupplier nanoTime) {
    this.consumer = consumer;
    this.topics = topics;
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
        consumer.poll(POLL).forEach(this::take);
      }
      listening = true;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      Status status = topics.status().codec().decode(record.value());
      if (status.getComponent() == Component.LEARNER) {
        learners.put(status.getInstance(), new Heard(status, nanoTime.getAsLong(), listening));
      }
    } catch (RecordFormatException e) {
      log.warn("{} offset {} is left out: {}", record.topic(), record.offset(), e.getMessage());
    }
  }

  /** One that may be at work; empty once all have ended or have been silent for long enough. */
  private Optional<Heard> other() {
    long now = nanoTime.getAsLong();
    return learners.values().stream()
        .filter(heard -> !OVER.contains(heard.status().getState()))
        .filter(heard -> now - heard.atNanos() <= patienceNanos(heard.status()))
        .findFirst();
  }

  private static long patienceNanos(Status status) {
    long wanted = HEARTBEATS_MISSED * Math.max(0, status.getIntervalMs());
    long millis = Math.max(LEAST_PATIENCE_MS, Math.min(MOST_PATIENCE_MS, wanted));
    return Duration.ofMillis(millis).toNanos();
  }

  /** Whether another learner is known to be at work. */
  boolean otherAtWork() {
    consumer.poll(Duration.ZERO).forEach(this::take);
    return other().filter(Heard::again).isPresent();
  }

  /** Returns when no other learner is at work, or when asked to stop. */
  void await(BooleanSupplier stopping) {
    boolean said = false;
    Optional<Heard> other;
    while (!stopping.getAsBoolean() && (other = other()).isPresent()) {
      if (other.get().again() && !said) {
        said = true;
        log.warn(
            "another learner of this run is at work ({}, version {}): standing by until it ends or falls silent",
            other.get().status().getInstance(),
            other.get().status().getVersion());
      }
      consumer.poll(POLL).forEach(this::take);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
