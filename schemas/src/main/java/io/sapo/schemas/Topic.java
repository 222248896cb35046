package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One topic: its full name, how it is laid out on the broker, and the codec of its values. Keys are
 * UTF-8 text.
 *
 * @param partitions number created; the broker may have more
 * @param spread whether records lie in whatever partition the hash of their key gives. Otherwise
 *     their order counts and all of them lie in partition 0, however many partitions an operator
 *     has added
 * @param config settings that it is created with; existing ones may keep more
 */
public record Topic<T extends SpecificRecordBase>(
    String name,
    int partitions,
    boolean spread,
    SortedMap<String, String> config,
    RecordCodec<T> codec) {

  /** An encoded record for this topic, for a byte-array producer. */
  public ProducerRecord<byte[], byte[]> record(String key, T value) {
    return new ProducerRecord<>(name, spread ? null : 0, keyBytes(key), codec.encode(value));
  }

  public static byte[] keyBytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  public static String keyText(byte[] key) {
    return key == null ? "" : new String(key, StandardCharsets.UTF_8);
  }
}
