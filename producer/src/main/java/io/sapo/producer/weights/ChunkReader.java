package io.sapo.producer.weights;

import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topic;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads the chunks of a version from the {@code weight-chunks} topic. Not thread-safe. */
final class ChunkReader {
  private final Consumer<byte[], byte[]> consumer;
  private final Topic<WeightChunk> topic;
  private final TopicPartition partition;
  private final Duration patience;

  /**
   * @param consumer read-committed and without an offset reset; stays the caller's
   * @param patience how long to wait for a chunk: a version's commit record may become visible a
   *     little before its chunks
   */
  ChunkReader(Consumer<byte[], byte[]> consumer, Topic<WeightChunk> topic, Duration patience) {
    this.consumer = consumer;
    this.topic = topic;
    this.partition = new TopicPartition(topic.name(), 0);
    this.patience = patience;
    consumer.assign(List.of(partition));
  }

  /**
   * The records from the version's first chunk on. The iterator throws {@link
   * WeightFormatException} where they are not readable.
   */
  Iterator<WeightChunk> chunks(WeightVersion version) {
    consumer.seek(partition, version.getFirstChunkOffset());
    return new Iterator<>() {
      private Iterator<ConsumerRecord<byte[], byte[]>> fetched =
          List.<ConsumerRecord<byte[], byte[]>>of().iterator();
      private int left = version.getChunkCount();

      @Override
      public boolean hasNext() {
        return left > 0;
      }

      @Override
      public WeightChunk next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        if (!fetched.hasNext()) {
          fetched = fetch(version.getVersion());
        }
        left--;
        return decode(version.getVersion(), fetched.next());
      }
    };
  }

  private Iterator<ConsumerRecord<byte[], byte[]>> fetch(long version) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        var records = consumer.poll(Duration.ofMillis(200));
        if (!records.isEmpty()) {
          return records.iterator();
        }
        if (System.nanoTime() - deadline > 0) {
          throw new WeightFormatException(
              "version %d: no chunk at offset %d of %s within %d s"
                  .formatted(
                      version, consumer.position(partition), partition, patience.toSeconds()));
        }
      }
    } catch (OffsetOutOfRangeException e) {
      throw new WeightFormatException(
          "version %d: its chunks at %s are not there (%s)"
              .formatted(version, partition, e.getMessage()));
    }
  }

  private WeightChunk decode(long version, ConsumerRecord<byte[], byte[]> record) {
    try {
      return topic.codec().decode(record.value());
    } catch (RecordFormatException e) {
      throw new WeightFormatException(
          "version %d: %s, offset %d: %s"
              .formatted(version, partition, record.offset(), e.getMessage()));
    }
  }
}
