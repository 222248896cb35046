package io.sapo.audit;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One thing that is wrong. What does not apply is null.
 *
 * @param check which rule is broken: one word
 * @param version weight version concerned
 * @param id trajectory concerned
 */
public record Finding(
    String check,
    String topic,
    Integer partition,
    Long offset,
    Long version,
    String id,
    String message) {

  static Finding of(String check, String message) {
    return new Finding(check, null, null, null, null, null, message);
  }

  static Finding of(String check, long version, String message) {
    return new Finding(check, null, null, null, version, null, message);
  }

  static Finding at(String check, ConsumerRecord<byte[], byte[]> record, String message) {
    return at(check, record.topic(), record.partition(), record.offset(), message);
  }

  static Finding at(String check, String topic, int partition, long offset, String message) {
    return new Finding(check, topic, partition, offset, null, null, message);
  }

  Finding ofVersion(long number) {
    return new Finding(check, topic, partition, offset, number, id, message);
  }

  Finding ofTrajectory(String trajectoryId) {
    return new Finding(check, topic, partition, offset, version, trajectoryId, message);
  }

  /** For people: where, then what. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(check).append(": ");
    if (version != null) {
      text.append("version ").append(version).append(", ");
    }
    if (topic != null) {
      text.append(topic);
      text.append(" partition ").append(partition).append(" offset ").append(offset).append(", ");
    }
    if (id != null) {
      text.append("trajectory ").append(id).append(", ");
    }
    return text.append(message).toString();
  }
}
