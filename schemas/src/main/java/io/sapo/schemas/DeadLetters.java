package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The form of a dead letter: the refused record's own key and bytes, and why, in headers. */
public final class DeadLetters {
  /** One word from a small set, such as unknown-schema or unknown-verifier; for counting. */
  public static final String REASON = "sapo.reason";

  /** A sentence: what was wrong and where. */
  public static final String DETAIL = "sapo.detail";

  public static final String SOURCE_TOPIC = "sapo.source.topic";
  public static final String SOURCE_PARTITION = "sapo.source.partition";
  public static final String SOURCE_OFFSET = "sapo.source.offset";

  /** In which all of them lie, however many an operator has added. */
  public static final int PARTITION = 0;

  private static final int MAX_DETAIL_CHARS = 2_000;

  /**
   * Largest key and value together that are kept, in bytes; the topic and its producers take a
   * little more. Brokers bound a record as it is compressed, so that a refused one may be of any
   * size.
   */
  static final int MAX_KEPT_BYTES = 2 * Topics.MAX_RECORD_BYTES - (1 << 20);

  private DeadLetters() {}

  /**
   * What a dead letter keeps of a record: all of it, or nothing where that is more than a record of
   * the topic may have; then the detail says so.
   *
   * @param key null where the record has none
   * @param value null where the record has none
   */
  public record Kept(byte[] key, byte[] value, String detail) {
    /** Of a record that was refused. */
    public static Kept of(byte[] key, byte[] value, String detail) {
      long bytes = (long) length(key) + length(value);
      if (bytes <= MAX_KEPT_BYTES) {
        return new Kept(key, value, detail);
      }
      String left = "its %d bytes of key and value are too many to be kept here; ".formatted(bytes);
      return new Kept(new byte[0], new byte[0], left + detail);
    }

    private static int length(byte[] bytes) {
      return bytes == null ? 0 : bytes.length;
    }
  }

  public static Headers headers(
      String reason, String detail, String sourceTopic, int sourcePartition, long sourceOffset) {
    RecordHeaders headers = new RecordHeaders();
    put(headers, REASON, reason);
    put(headers, DETAIL, shortened(detail));
    put(headers, SOURCE_TOPIC, shortened(sourceTopic));
    put(headers, SOURCE_PARTITION, Integer.toString(sourcePartition));
    put(headers, SOURCE_OFFSET, Long.toString(sourceOffset));
    return headers;
  }

  public static ProducerRecord<byte[], byte[]> record(
      Topics topics, ConsumerRecord<byte[], byte[]> refused, String reason, String detail) {
    Kept kept = Kept.of(refused.key(), refused.value(), detail);
    return new ProducerRecord<>(
        topics.deadLetters(),
        PARTITION,
        kept.key(),
        kept.value(),
        headers(reason, kept.detail(), refused.topic(), refused.partition(), refused.offset()));
  }

  /** The newest header of that name; empty where there is none, or it has no value. */
  public static Optional<String> header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), MAX_DETAIL_CHARS));
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
