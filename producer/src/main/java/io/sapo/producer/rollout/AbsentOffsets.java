package io.sapo.producer.rollout;

import io.sapo.schemas.CommittedReaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the offsets of the trajectories topic at which there is no record: ends of transactions and
 * records of aborted ones, of producers of other makes. Nobody ever consumes them, so that a gate
 * that counts offsets would wait for them for ever. For one thread.
 */
final class AbsentOffsets implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AbsentOffsets.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** An open transaction, or a broker that is away, is not waited for. */
  private static final int EMPTY_POLLS = 5;

  private final Map<String, Object> client;
  private final Map<TopicPartition, Long> lookedTo = new HashMap<>();
  private Consumer<byte[], byte[]> consumer;

  /**
   * @param client at least {@code bootstrap.servers}
   */
  AbsentOffsets(Map<String, Object> client) {
    this.client = client;
  }

  /** Of {@code [from, to)}, but for what an earlier call has looked at. */
  NavigableSet<Long> in(TopicPartition partition, long from, long to) {
    NavigableSet<Long> absent = new TreeSet<>();
    long begin = Math.max(from, lookedTo.getOrDefault(partition, 0L));
    if (begin >= to) {
      return absent;
    }
    if (consumer == null) {
      consumer = CommittedReaders.ofRanges(client, "sapo-producer-absent");
    }
    try {
      long next = begin;
      consumer.assign(List.of(partition));
      consumer.seek(partition, begin);
      for (int empty = 0; next < to && empty < EMPTY_POLLS; empty++) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          next = addGap(absent, next, Math.min(to, record.offset())) + 1;
          empty = 0;
        }
        next = addGap(absent, next, Math.min(to, consumer.position(partition)));
      }
      lookedTo.put(partition, Math.min(next, to));
    } catch (OffsetOutOfRangeException | RetriableException e) {
      log.debug("{} was not looked at from {} to {}", partition, begin, to, e);
    }
    return absent;
  }

  private static long addGap(NavigableSet<Long> absent, long from, long to) {
    for (long offset = from; offset < to; offset++) {
      absent.add(offset);
    }
    return Math.max(from, to);
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
