package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * SHA-256 of a record's bytes. A commit record has its own in a header, so that a damaged one is
 * found at once, and its parent's in a field, so that none before it can be exchanged.
 */
public final class RecordDigest {
  public static final String HEADER = "sapo.sha256";

  private RecordDigest() {}

  /** In hex. */
  public static String of(byte[] value) {
    return DigestUtils.sha256Hex(value);
  }

  /** The same record, with the digest of its value in a header. */
  public static ProducerRecord<byte[], byte[]> sealed(ProducerRecord<byte[], byte[]> record) {
    record.headers().remove(HEADER);
    record.headers().add(HEADER, of(record.value()).getBytes(StandardCharsets.UTF_8));
    return record;
  }

  /**
   * Holds the record against its header; one without (written before there were any) passes.
   *
   * @throws RecordFormatException with both digests when they differ, or when it cannot be read
   */
  public static void check(ConsumerRecord<byte[], byte[]> record) {
    DamagedRecords.check(record.headers());
    Optional<String> announced = DeadLetters.header(record.headers(), HEADER);
    String found = of(record.value() == null ? new byte[0] : record.value());
    if (announced.isPresent() && !announced.get().equals(found)) {
      throw new RecordFormatException(
          RecordFormatException.Kind.MALFORMED,
          "the record hashes to %s, its header says %s".formatted(found, announced.get()),
          null);
    }
  }
}
