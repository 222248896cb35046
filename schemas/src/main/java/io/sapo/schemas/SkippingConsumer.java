package io.sapo.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that skips corrupt records (wrong checksum). Kafka's own consumer fails at such a
 * record on each poll, and so does every restarted process.
 *
 * <p>It skips one offset at a time, since nothing says where a corrupt batch ends: so no record
 * behind it is lost. For one thread, like every consumer.
 */
public final class SkippingConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(SkippingConsumer.class);
  private static final Pattern BATCH = Pattern.compile(" at offset (\\d{1,18}) is invalid");

  /** Ends of transactions and aborted records in front of a batch; a longer gap is not believed. */
  private static final long LONGEST_GAP = 4_096;

  /** What takes the place of a record that cannot be read. */
  public enum Damaged {
    /** One of {@link DamagedRecords}, at each offset. */
    SHOWN,
    /** Nothing. */
    LEFT_OUT
  }

  private final Damaged damaged;
  private final Map<TopicPartition, Long> passed = new HashMap<>();

  /**
   * @param config {@code bootstrap.servers} and whatever else the consumer needs
   */
  public SkippingConsumer(Map<String, Object> config, Damaged damaged) {
    super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.damaged = damaged;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return super.poll(timeout);
    } catch (KafkaException e) {
      // The client has no type of its own for this.
      if (e.getClass() != KafkaException.class) {
        throw e;
      }
      return passOver(damagedPartition(e), e);
    }
  }

  private TopicPartition damagedPartition(KafkaException e) {
    for (TopicPartition one : assignment()) {
      if (Pattern.compile(" " + Pattern.quote(one.toString()) + "(?!\\d)")
          .matcher(e.getMessage())
          .find()) {
        return one;
      }
    }
    throw e;
  }

  private ConsumerRecords<byte[], byte[]> passOver(TopicPartition at, KafkaException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    long position = position(at);
    long begin = batchBegin(cause).orElse(position);
    long offset = begin > position && begin - position <= LONGEST_GAP ? begin : position;
    seek(at, offset + 1);
    Long before = passed.put(at, offset);
    if (before == null || before != offset - 1) {
      log.error(
          "{} cannot be read at offset {}, it is skipped: {}", at, offset, cause.getMessage());
    }
    if (damaged == Damaged.LEFT_OUT) {
      return ConsumerRecords.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> record = List.of(DamagedRecords.at(at, offset));
    return new ConsumerRecords<>(Map.of(at, record), Map.of(at, new OffsetAndMetadata(offset + 1)));
  }

  /** What lies between the position and a batch are no records. */
  private static Optional<Long> batchBegin(Throwable cause) {
    Matcher offset = BATCH.matcher(String.valueOf(cause.getMessage()));
    return offset.find() ? Optional.of(Long.valueOf(offset.group(1))) : Optional.empty();
  }
}
