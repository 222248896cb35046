package io.sapo.segmenter;

import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores the committed offsets of a segmenter whose consumer group has expired on the brokers, by
 * default a week after its last member has left. The records that it wrote name the offsets they
 * were made from. Without this it would begin with the oldest trajectory.
 */
final class LostPositions {
  private static final Logger log = LoggerFactory.getLogger(LostPositions.class);

  /** Records leave in about the order in which they came, so the newest come from the newest. */
  private static final int TAIL = 5_000;

  private static final Duration POLL = Duration.ofMillis(200);

  /** With nothing read. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, Object> kafka;
  private final Topics topics;
  private final String group;

  LostPositions(Map<String, Object> kafka, Topics topics, String group) {
    this.kafka = kafka;
    this.topics = topics;
    this.group = group;
  }

  /**
   * Before the group has members. Does nothing where there are positions, or nothing was written.
   *
   * @return whether no record of the topic was ever read: it has no position, nothing was written
   *     that came of it, and none of its records has expired
   */
  boolean restore() {
    try (Admin admin = Admin.create(kafka);
        KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> lost = lost(admin, consumer);
      if (lost.isEmpty()) {
        return false;
      }
      Map<TopicPartition, Long> written = written(consumer);
      Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
      for (TopicPartition partition : lost) {
        if (written.containsKey(partition)) {
          positions.put(partition, new OffsetAndMetadata(written.get(partition)));
        }
      }
      if (!positions.isEmpty()) {
        admin.alterConsumerGroupOffsets(group, positions).all().get();
        log.warn("the committed offsets of {} have expired; it continues at {}", group, positions);
      }
      return positions.isEmpty()
          && lost.size() == consumer.partitionsFor(topics.trajectories().name()).size()
          && consumer.beginningOffsets(lost).values().stream().allMatch(begin -> begin == 0);
    } catch (ExecutionException e) {
      // Another instance may have joined: then it has positions, or has just put them back.
      log.warn("committed offsets of {} are not restored: {}", group, e.getCause().toString());
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private List<TopicPartition> lost(Admin admin, KafkaConsumer<byte[], byte[]> consumer)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> known =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    List<TopicPartition> lost = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(topics.trajectories().name())) {
      TopicPartition partition = new TopicPartition(info.topic(), info.partition());
      if (known.get(partition) == null) {
        lost.add(partition);
      }
    }
    return lost;
  }

  /** By partition of the trajectories topic: one past the newest record that something came of. */
  private Map<TopicPartition, Long> written(KafkaConsumer<byte[], byte[]> consumer) {
    SortedMap<Integer, Trace> newest = new TreeMap<>();
    readTail(
        consumer,
        topics.segments().name(),
        record -> segments(record).ifPresent(t -> keep(newest, t)));
    readTail(
        consumer,
        topics.deadLetters(),
        record -> deadLetter(record).ifPresent(t -> keep(newest, t)));
    Map<TopicPartition, Long> written = new HashMap<>();
    newest.forEach(
        (number, trace) -> {
          TopicPartition partition = new TopicPartition(topics.trajectories().name(), number);
          if (trace.isOf(consumer, partition)) {
            written.put(partition, trace.offset + 1);
          }
        });
    return written;
  }

  private static void keep(SortedMap<Integer, Trace> newest, Trace trace) {
    newest.merge(trace.partition, trace, (a, b) -> a.offset >= b.offset ? a : b);
  }

  /** Where something that was written came from, and how to tell that it did. */
  private record Trace(int partition, long offset, Predicate<byte[]> source) {
    /** Segments of another run's trajectories, as a fork may have, say nothing of this topic. */
    boolean isOf(KafkaConsumer<byte[], byte[]> consumer, TopicPartition at) {
      long begin = consumer.beginningOffsets(List.of(at)).get(at);
      long end = consumer.endOffsets(List.of(at)).get(at);
      if (offset < begin || offset >= end) {
        return false;
      }
      boolean[] agrees = {false};
      LostPositions.read(
          consumer,
          at,
          offset,
          offset + 1,
          record -> agrees[0] |= record.offset() == offset && source.test(record.value()));
      return agrees[0];
    }
  }

  private Optional<Trace> segments(ConsumerRecord<byte[], byte[]> record) {
    try {
      SegmentedTrajectory segments = topics.segments().codec().decode(record.value());
      String id = segments.getTrajectory().getTrajectoryId();
      return Optional.of(
          new Trace(
              segments.getSourcePartition(),
              segments.getSourceOffset(),
              value -> id.equals(trajectoryId(value))));
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }

  private String trajectoryId(byte[] value) {
    try {
      Trajectory trajectory = topics.trajectories().codec().decode(value);
      return trajectory.getTrajectoryId();
    } catch (RecordFormatException e) {
      return "";
    }
  }

  private Optional<Trace> deadLetter(ConsumerRecord<byte[], byte[]> record) {
    Optional<String> topic = DeadLetters.header(record.headers(), DeadLetters.SOURCE_TOPIC);
    Optional<String> partition = DeadLetters.header(record.headers(), DeadLetters.SOURCE_PARTITION);
    Optional<String> offset = DeadLetters.header(record.headers(), DeadLetters.SOURCE_OFFSET);
    if (!topic.equals(Optional.of(topics.trajectories().name()))
        || partition.isEmpty()
        || offset.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Trace(
              Integer.parseInt(partition.get()),
              Long.parseLong(offset.get()),
              value -> Arrays.equals(value, record.value())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static void readTail(
      KafkaConsumer<byte[], byte[]> consumer,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    for (PartitionInfo info : consumer.partitionsFor(topic)) {
      TopicPartition partition = new TopicPartition(topic, info.partition());
      long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      read(consumer, partition, Math.max(begin, end - TAIL), end, each);
    }
  }

  private static void read(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long from,
      long to,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.position(partition) < to) {
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      polled.forEach(each);
      // Large records over a slow network take their time.
      deadline = polled.isEmpty() ? deadline : System.nanoTime() + PATIENCE.toNanos();
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException(partition + " was not read up to offset " + to + " in time");
      }
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put("isolation.level", "read_committed");
    config.put("enable.auto.commit", false);
    config.put("auto.offset.reset", "earliest");
    config.put("max.partition.fetch.bytes", Topics.MAX_RECORD_BYTES);
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }
}
