package io.sapo.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
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
 * A consumer that skips corrupt records (wrong checksum), and whose polls are bounded in bytes.
 *
 * <p>Kafka's own consumer fails at a corrupt record on each poll, and so does every restarted
 * process. This one skips one offset at a time, since nothing says where a corrupt batch ends: so
 * no record behind it is lost.
 *
 * <p>Kafka's own bounds of a poll are of compressed bytes and a number of records: a few kilobytes
 * on the wire may be gigabytes on the heap. This one has few records decompressed at a time, and
 * asks for more until it has what {@code max.poll.records} allows, or enough bytes.
 *
 * <p>For one thread, like every consumer.
 */
public final class SkippingConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(SkippingConsumer.class);
  private static final Pattern BATCH = Pattern.compile(" at offset (\\d{1,18}) is invalid");

  /** Ends of transactions and aborted records in front of a batch; a longer gap is not believed. */
  private static final long LONGEST_GAP = 4_096;

  /** Records that the client decompresses in one go; each may be as large as a record can be. */
  private static final int AT_A_TIME = 4;

  /** Bytes of keys and values beyond which a poll asks for no more. */
  static final long ENOUGH_BYTES = 2L * Topics.MAX_RECORD_BYTES;

  /** What takes the place of a record that cannot be read. */
  public enum Damaged {
    /** One of {@link DamagedRecords}, at each offset. */
    SHOWN,
    /** Nothing. */
    LEFT_OUT
  }

  private final Damaged damaged;
  private final int mostRecords;
  private final Map<TopicPartition, Long> passed = new HashMap<>();

  /** Came up behind records that were returned first. */
  private RuntimeException deferred;

  /**
   * @param config {@code bootstrap.servers} and whatever else the consumer needs
   */
  public SkippingConsumer(Map<String, Object> config, Damaged damaged) {
    super(fewAtATime(config), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.damaged = damaged;
    this.mostRecords = mostRecords(config);
  }

  private static int mostRecords(Map<String, Object> config) {
    Object wanted = config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
    return wanted == null
        ? ConsumerConfig.DEFAULT_MAX_POLL_RECORDS
        : Integer.parseInt(wanted.toString());
  }

  private static Map<String, Object> fewAtATime(Map<String, Object> config) {
    Map<String, Object> bounded = new HashMap<>(config);
    bounded.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(AT_A_TIME, mostRecords(config)));
    return bounded;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (deferred != null) {
      RuntimeException due = deferred;
      deferred = null;
      throw due;
    }
    ConsumerRecords<byte[], byte[]> first = pollOnce(timeout);
    if (first.count() < AT_A_TIME || first.count() >= mostRecords) {
      return first; // Whatever else had been fetched would have come with it.
    }
    PolledRecords polled = new PolledRecords(first);
    boolean more = true;
    while (more && polled.count() < mostRecords && polled.bytes() < ENOUGH_BYTES) {
      more = addTo(polled);
      polled.keep(assignment());
    }
    return polled.all();
  }

  /** False when there is nothing more for now. */
  private boolean addTo(PolledRecords polled) {
    try {
      ConsumerRecords<byte[], byte[]> more = pollOnce(Duration.ZERO);
      polled.add(more);
      return !more.isEmpty();
    } catch (RuntimeException e) {
      deferred = e;
      return false;
    }
  }

  private ConsumerRecords<byte[], byte[]> pollOnce(Duration timeout) {
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
