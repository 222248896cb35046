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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes of one component that may be alive, by their heartbeats. Measured on this process's
 * monotonic clock, since clocks of machines differ. For one thread.
 *
 * <p>Heartbeats that cannot be read, or written, are no silence. {@link #atWork} therefore counts
 * only time in which {@link #catchUp} was answered without a break.
 */
final class LiveProcesses implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveProcesses.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LONGEST_BREAK = Duration.ofSeconds(1);
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
  private final Predicate<Status> own;
  private final LongSupplier nanoTime;
  private final Map<String, Heard> processes = new TreeMap<>();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private Status newest;
  private boolean listening;

  /** All that was said from the one to the other could be read at the time. */
  private long caughtUpFromNanos;

  private long caughtUpToNanos;

  /**
   * Reads what has been said; time counts from now.
   *
   * @param consumer closed with this object
   * @param own whether it was this process that said it: that is left out
   */
  LiveProcesses(
      Consumer<byte[], byte[]> consumer,
      Topics topics,
      Component kind,
      Predicate<Status> own,
      LongSupplier nanoTime) {
    this.consumer = consumer;
    this.topics = topics;
    this.kind = kind;
    this.own = own;
    this.nanoTime = nanoTime;
    try {
      consumer
          .partitionsFor(topics.status().name())
          .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (!haveRead(ends)) {
        listen(POLL);
      }
      listening = true;
      caughtUpFromNanos = nanoTime.getAsLong();
      caughtUpToNanos = caughtUpFromNanos;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Reads the heartbeats that have arrived, or arrive within this time. */
  void listen(Duration wait) {
    consumer.poll(wait).forEach(this::take);
  }

  private boolean haveRead(Map<TopicPartition, Long> ends) {
    return partitions.stream().allMatch(at -> consumer.position(at) >= ends.get(at));
  }

  /**
   * Reads all that has been said. To be called again within a second, or silence counts anew.
   *
   * @return false where the brokers do not answer in time
   */
  boolean catchUp() {
    long asked = nanoTime.getAsLong();
    try {
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LONGEST_BREAK);
      while (!haveRead(ends)) {
        if (nanoTime.getAsLong() - asked > LONGEST_BREAK.toNanos()) {
          return false;
        }
        listen(POLL);
      }
    } catch (TimeoutException e) {
      log.debug("heartbeats cannot be read for now", e);
      return false;
    }
    if (asked - caughtUpToNanos > LONGEST_BREAK.toNanos()) {
      caughtUpFromNanos = nanoTime.getAsLong();
    }
    caughtUpToNanos = asked;
    return true;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return;
    }
    try {
      Status status = Heartbeats.lean(topics.status().codec().decode(record.value()));
      if (status.getComponent() == kind && !own.test(status)) {
        newest = status;
        processes.put(status.getInstance(), new Heard(status, nanoTime.getAsLong(), listening));
      }
    } catch (RecordFormatException e) {
      log.warn("{} offset {} is skipped: {}", record.topic(), record.offset(), e.getMessage());
    }
  }

  /** The last heartbeat that was read, of one that may have ended since. */
  Optional<Status> newest() {
    return Optional.ofNullable(newest);
  }

  /**
   * Those that have neither ended nor been silent for long enough to be taken for dead, as of the
   * last time that this caught up.
   */
  List<Heard> atWork() {
    return stillThere(caughtUpToNanos);
  }

  private List<Heard> stillThere(long now) {
    processes
        .values()
        .removeIf(
            heard ->
                OVER.contains(heard.status().getState())
                    || now - Math.max(heard.atNanos(), caughtUpFromNanos)
                        > patienceNanos(heard.status()));
    return List.copyOf(processes.values());
  }

  /** The newest heartbeats of those that may be alive; does not wait for brokers. */
  List<Status> heard() {
    listen(Duration.ZERO);
    return stillThere(nanoTime.getAsLong()).stream().map(Heard::status).toList();
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
