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

  private static final int MAX_DETAIL_CHARS = 2_000;

  private DeadLetters() {}

  public static Headers headers(
      String reason, String detail, String sourceTopic, int sourcePartition, long sourceOffset) {
    RecordHeaders headers = new RecordHeaders();
    put(headers, REASON, reason);
    put(headers, DETAIL, detail.substring(0, Math.min(detail.length(), MAX_DETAIL_CHARS)));
    put(headers, SOURCE_TOPIC, sourceTopic);
    put(headers, SOURCE_PARTITION, Integer.toString(sourcePartition));
    put(headers, SOURCE_OFFSET, Long.toString(sourceOffset));
    return headers;
  }

  public static ProducerRecord<byte[], byte[]> record(
      Topics topics, ConsumerRecord<byte[], byte[]> refused, String reason, String detail) {
    return new ProducerRecord<>(
        topics.deadLetters(),
        null,
        refused.key(),
        refused.value(),
        headers(reason, detail, refused.topic(), refused.partition(), refused.offset()));
  }

  public static Optional<String> header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
