package io.sapo.schemas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What several polls in a row have given, as if it had been one. For one thread. */
final class PolledRecords {
  private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records =
      new LinkedHashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
  private int count;
  private long bytes;

  PolledRecords(ConsumerRecords<byte[], byte[]> first) {
    add(first);
  }

  void add(ConsumerRecords<byte[], byte[]> more) {
    for (TopicPartition partition : more.partitions()) {
      List<ConsumerRecord<byte[], byte[]>> added = more.records(partition);
      records.computeIfAbsent(partition, first -> new ArrayList<>()).addAll(added);
      count += added.size();
      added.forEach(record -> bytes += bytes(record));
    }
    next.putAll(more.nextOffsets());
  }

  private static long bytes(ConsumerRecord<byte[], byte[]> record) {
    return (long) Math.max(0, record.serializedKeySize())
        + Math.max(0, record.serializedValueSize());
  }

  /** Drops those of partitions that have been taken away meanwhile: another has them now. */
  void keep(Set<TopicPartition> assigned) {
    if (records.keySet().retainAll(assigned)) {
      count = records.values().stream().mapToInt(List::size).sum();
      next.keySet().retainAll(assigned);
    }
  }

  int count() {
    return count;
  }

  /** Of keys and values; may count some that were dropped. */
  long bytes() {
    return bytes;
  }

  ConsumerRecords<byte[], byte[]> all() {
    return new ConsumerRecords<>(records, next);
  }
}
