package io.sapo.schemas;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One topic: its full name, how it is laid out on the broker, and the codec of its values. Keys are
 * UTF-8 text.
 *
 * @param partitions number created; readers take what the broker has
 * @param config settings that it is created with; existing ones may keep more
 */
public record Topic<T extends SpecificRecordBase>(
    String name, int partitions, SortedMap<String, String> config, RecordCodec<T> codec) {

  /** An encoded record for this topic, for a byte-array producer. */
  public ProducerRecord<byte[], byte[]> record(String key, T value) {
    return new ProducerRecord<>(name, keyBytes(key), codec.encode(value));
  }

  public static byte[] keyBytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  public static String keyText(byte[] key) {
    return key == null ? "" : new String(key, StandardCharsets.UTF_8);
  }
}
