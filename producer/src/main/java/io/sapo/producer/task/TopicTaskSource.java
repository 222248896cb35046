package io.sapo.producer.task;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Tasks of one partition of the {@code tasks} topic, as they arrive. Every offset is claimed on its
 * own, so that each goes to a producer with free slots.
 */
public final class TopicTaskSource implements OrderedTaskSource {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private final Topic<Task> topic;
  private final String topicId;
  private final TopicPartition partition;
  private final Consumer<byte[], byte[]> consumer;
  private final long first;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
  private long end;

  /** What is fetched begins here: going back before it means to fetch again. */
  private long covered;

  private long wanted;

  /**
   * @param consumer becomes this one's to close; its group is that by which producers of earlier
   *     releases shared the tasks: what they have done is left out
   */
  TopicTaskSource(
      Topic<Task> topic,
      String topicId,
      TopicPartition partition,
      Consumer<byte[], byte[]> consumer) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.consumer = consumer;
    consumer.assign(List.of(partition));
    long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
    OffsetAndMetadata earlier = consumer.committed(Set.of(partition)).get(partition);
    this.first = earlier == null ? begin : Math.max(begin, earlier.offset());
  }

  /** Of a partition: no other source has it. */
  @Override
  public String name() {
    return partition.toString();
  }

  @Override
  public Optional<String> topicId() {
    return Optional.of(topicId);
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public int stretchLength() {
    return 1;
  }

  @Override
  public long firstStretch() {
    return first;
  }

  @Override
  public boolean available(long stretch) {
    if (stretch >= end) {
      end = consumer.endOffsets(List.of(partition)).get(partition);
    }
    return stretch < end;
  }

  @Override
  public boolean mayHold(long stretch) {
    return available(stretch);
  }

  @Override
  public void seek(long stretch, int length) {
    wanted = stretch;
    while (!fetched.isEmpty() && fetched.peek().offset() < wanted) {
      remove();
    }
    boolean behind = wanted < covered;
    if (behind || fetched.isEmpty() && consumer.position(partition) < wanted) {
      fetched.clear();
      consumer.seek(partition, wanted);
      covered = wanted;
    }
  }

  private ConsumerRecord<byte[], byte[]> remove() {
    ConsumerRecord<byte[], byte[]> record = fetched.remove();
    covered = record.offset() + 1;
    return record;
  }

  /** Empty when there is no record at the offset: ends of transactions have offsets too. */
  @Override
  public Optional<Task> next() {
    while (fetched.isEmpty() && consumer.position(partition) <= wanted) {
      consumer.poll(POLL).forEach(fetched::add);
    }
    if (fetched.isEmpty() || fetched.peek().offset() > wanted) {
      return Optional.empty();
    }
    return Optional.of(task(remove()));
  }

  private Task task(ConsumerRecord<byte[], byte[]> record) {
    try {
      DamagedRecords.check(record.headers());
      return topic.codec().decode(record.value());
    } catch (RecordFormatException e) {
      throw new TaskFormatException(
          "%s-%d, offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()),
          e,
          new RefusedTask(
              record.topic(), record.partition(), record.offset(), record.key(), record.value()));
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE_WITHIN));
  }
}
