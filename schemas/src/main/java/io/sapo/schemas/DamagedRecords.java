package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * What stands for a record that lies on the log and cannot be read: without key and value, with the
 * reason in a header. Whoever decodes values refuses it like any other that is empty; who wants to
 * say why, or takes an empty value for something else, asks here first.
 */
public final class DamagedRecords {
  static final String HEADER = "sapo.damaged";

  /** The same for all, so that neighbours are one run in commit records. */
  private static final String WHY =
      "what lies on the broker's disk is not what was written (wrong checksum)";

  private DamagedRecords() {}

  /** Arrives now: what it was written with is unknown. */
  static ConsumerRecord<byte[], byte[]> at(TopicPartition partition, long offset) {
    Header header = new RecordHeader(HEADER, WHY.getBytes(StandardCharsets.UTF_8));
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        System.currentTimeMillis(),
        TimestampType.LOG_APPEND_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        null,
        null,
        new RecordHeaders(List.of(header)),
        Optional.empty());
  }

  /** Why there is no record; empty where there is one. */
  public static Optional<String> why(Headers headers) {
    return DeadLetters.header(headers, HEADER);
  }

  /**
   * @throws RecordFormatException where there is no record
   */
  public static void check(Headers headers) {
    Optional<String> why = why(headers);
    if (why.isPresent()) {
      throw new RecordFormatException(RecordFormatException.Kind.DAMAGED, why.get(), null);
    }
  }
}
