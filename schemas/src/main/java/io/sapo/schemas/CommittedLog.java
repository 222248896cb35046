package io.sapo.schemas;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Committed records of partitions, up to where the log ended when it was asked. For one thread. */
public final class CommittedLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** How long an open transaction may hold reading back before reading ends in front of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long the brokers may give nothing of what there is. */
  private static final Duration SLOWEST = Duration.ofMinutes(2);

  private final Admin admin;
  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;

  /**
   * @param admin stays the caller's
   */
  public CommittedLog(Admin admin, Map<String, Object> client) {
    this.admin = admin;
    this.consumer = CommittedReaders.ofRanges(client, "sapo-reader");
  }

  /** Empty when there is no such topic. */
  public List<TopicPartition> partitions(String topic) {
    try {
      TopicDescription found =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      return found.partitions().stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return List.of();
      }
      throw failure(topic, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** First offset that retention has left. */
  public long begin(TopicPartition partition) {
    return offset(partition, OffsetSpec.earliest());
  }

  /** One past the last record, committed or not. */
  public long end(TopicPartition partition) {
    return offset(partition, OffsetSpec.latest());
  }

  /** Where reading ends for now: before the first record of an open transaction. */
  public long committedEnd(TopicPartition partition) {
    return offset(partition, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
  }

  private long offset(TopicPartition partition, OffsetSpec spec) {
    return offset(partition, spec, IsolationLevel.READ_UNCOMMITTED);
  }

  private long offset(TopicPartition partition, OffsetSpec spec, IsolationLevel isolation) {
    try {
      ListOffsetsResult asked =
          admin.listOffsets(Map.of(partition, spec), new ListOffsetsOptions(isolation));
      return asked.partitionResult(partition).get().offset();
    } catch (ExecutionException e) {
      throw failure(partition.toString(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Where reading ended, and whether something open was in the way. */
  public record Reached(long offset, boolean blocked) {}

  /**
   * Shows every committed record of {@code [from, to)} in order.
   *
   * @param to at most the end of the log
   * @throws IllegalStateException when the brokers cannot be asked, or give nothing for minutes
   */
  public Reached read(
      TopicPartition partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long position = from;
    long progressed = System.nanoTime();
    long asked = progressed;
    while (position < to) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < to) {
          each.accept(record);
        }
      }
      long now = System.nanoTime();
      if (consumer.position(partition) > position) {
        position = consumer.position(partition);
        progressed = now;
        asked = now;
      } else if (now - asked > PATIENCE.toNanos()) {
        if (position >= committedEnd(partition)) {
          return new Reached(position, true);
        }
        requireGoesOn(partition, position, now - progressed);
        asked = now;
      }
    }
    return new Reached(Math.min(position, to), false);
  }

  /** Brokers that are slow are waited for: what they have not given yet is not missing. */
  private static void requireGoesOn(TopicPartition partition, long position, long stoodNanos) {
    if (stoodNanos > SLOWEST.toNanos()) {
      throw new IllegalStateException(
          "%s: the brokers have given nothing from offset %d on for %d s; try again when they do"
              .formatted(partition, position, SLOWEST.toSeconds()));
    }
  }

  private static IllegalStateException failure(String what, ExecutionException e) {
    return new IllegalStateException(
        "cannot ask the brokers about " + what + ": " + e.getCause().getMessage(), e);
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while asking the brokers", e);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
