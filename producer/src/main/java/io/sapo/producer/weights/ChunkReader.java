package io.sapo.producer.weights;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topic;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the {@code weight-chunks} topic: the chunks of a committed version, or ahead of commit
 * records what was written last. Not thread-safe.
 */
final class ChunkReader {
  private static final Logger log = LoggerFactory.getLogger(ChunkReader.class);
  private final Consumer<byte[], byte[]> consumer;
  private final Topic<WeightChunk> topic;
  private final TopicPartition partition;
  private final Duration patience;
  private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();

  /**
   * @param consumer read-uncommitted and without an offset reset; stays the caller's
   * @param patience after so long without a chunk it asks whether there is one
   */
  ChunkReader(Consumer<byte[], byte[]> consumer, Topic<WeightChunk> topic, Duration patience) {
    this.consumer = consumer;
    this.topic = topic;
    this.partition = new TopicPartition(topic.name(), 0);
    this.patience = patience;
    consumer.assign(List.of(partition));
  }

  /**
   * What comes next in the topic, committed or not, without taking it; null when nothing has come
   * in time.
   */
  ConsumerRecord<byte[], byte[]> peek(Duration wait) {
    if (fetched.isEmpty()) {
      consumer.poll(wait).forEach(fetched::add);
    }
    return fetched.peek();
  }

  /** Takes what {@link #peek} has shown. */
  void take() {
    fetched.remove();
  }

  /**
   * The chunks of a committed version, from one of them on. The iterator throws {@link
   * WeightFormatException} where they are not readable.
   */
  Iterator<WeightChunk> chunks(WeightVersion version, int from) {
    long begin = version.getFirstChunkOffset() + from;
    boolean missing = from < version.getChunkCount();
    if (missing && (fetched.isEmpty() || fetched.peek().offset() != begin)) {
      fetched.clear();
      consumer.seek(partition, begin);
    }
    return new Iterator<>() {
      private int left = version.getChunkCount() - from;

      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public WeightChunk next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        left--;
        return decode(version.getVersion(), await(version.getVersion()));
      }
    };
  }

  private ConsumerRecord<byte[], byte[]> await(long version) {
    long asked = System.nanoTime();
    try {
      while (peek(Duration.ofMillis(200)) == null) {
        if (System.nanoTime() - asked > patience.toNanos()) {
          requireMore(version);
          asked = System.nanoTime();
        }
      }
      return fetched.remove();
    } catch (OffsetOutOfRangeException e) {
      throw new WeightFormatException(
          "version %d: its chunks at %s are not there (%s)"
              .formatted(version, partition, e.getMessage()));
    }
  }

  /**
   * Brokers that are slow or away are waited for: a version that was refused for that would be
   * missing until the next whole one, which may wait for records made with this one.
   */
  private void requireMore(long version) {
    long end;
    try {
      end = consumer.endOffsets(List.of(partition)).get(partition);
    } catch (RetriableException e) {
      log.debug("version {}: the brokers do not say where {} ends", version, partition, e);
      return;
    }
    if (consumer.position(partition) >= end) {
      throw new WeightFormatException(
          "version %d: no chunk at offset %d of %s, which ends there"
              .formatted(version, consumer.position(partition), partition));
    }
  }

  /**
   * @throws RecordFormatException when it is damaged
   */
  WeightChunk decode(ConsumerRecord<byte[], byte[]> record) {
    DamagedRecords.check(record.headers());
    return topic.codec().decode(record.value());
  }

  private WeightChunk decode(long version, ConsumerRecord<byte[], byte[]> record) {
    try {
      return decode(record);
    } catch (RecordFormatException e) {
      throw new WeightFormatException(
          "version %d: %s, offset %d: %s"
              .formatted(version, partition, record.offset(), e.getMessage()));
    }
  }
}
