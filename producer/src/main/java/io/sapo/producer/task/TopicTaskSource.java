package io.sapo.producer.task;

import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live prompts: the {@code tasks} topic, shared among the producers of a group.
 *
 * <p>The committed position of a partition never passes a task that is not {@linkplain #finished
 * finished}, so after a crash the tasks that were in generation are handed out again.
 */
public final class TopicTaskSource implements TaskSource {
  private static final Logger log = LoggerFactory.getLogger(TopicTaskSource.class);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private final Topic<Task> topic;
  private final Consumer<byte[], byte[]> consumer;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
  private final Map<Task, ConsumerRecord<byte[], byte[]>> handedOut = new IdentityHashMap<>();
  private final Map<TopicPartition, Progress> progress = new HashMap<>();

  private static final class Progress {
    final TreeSet<Long> open = new TreeSet<>();
    long next;

    OffsetAndMetadata position() {
      return new OffsetAndMetadata(open.isEmpty() ? next : open.first());
    }
  }

  /**
   * @param clientConfig at least {@code bootstrap.servers}
   * @param group producers of one group share the tasks among them
   */
  public TopicTaskSource(Map<String, Object> clientConfig, Topic<Task> topic, String group) {
    this.topic = topic;
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 32);
    // The staleness gate may keep the source waiting for as long as an update takes.
    config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(topic.name()), new Forget());
  }

  @Override
  public String name() {
    return topic.name();
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public Optional<Task> next() {
    if (fetched.isEmpty()) {
      consumer.poll(Duration.ZERO).forEach(fetched::add);
    }
    ConsumerRecord<byte[], byte[]> record = fetched.poll();
    if (record == null) {
      return Optional.empty();
    }
    Progress partition = progress.computeIfAbsent(partition(record), p -> new Progress());
    partition.next = record.offset() + 1;
    Task task;
    try {
      task = topic.codec().decode(record.value());
    } catch (RecordFormatException e) {
      throw new TaskFormatException(
          "%s-%d, offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()),
          e,
          new RefusedTask(
              record.topic(), record.partition(), record.offset(), record.key(), record.value()));
    }
    partition.open.add(record.offset());
    handedOut.put(task, record);
    return Optional.of(task);
  }

  @Override
  public void finished(Task task) {
    ConsumerRecord<byte[], byte[]> record = handedOut.remove(task);
    if (record == null) {
      return;
    }
    Progress partition = progress.get(partition(record));
    if (partition != null && partition.open.remove(record.offset())) {
      consumer.commitAsync(
          Map.of(partition(record), partition.position()),
          (positions, failure) -> {
            if (failure != null) {
              log.warn(
                  "tasks positions {} were not committed; the next commit will do",
                  positions,
                  failure);
            }
          });
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE_WITHIN));
  }

  private static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  /** Another producer goes on with the partitions taken away; their tasks are its business. */
  private final class Forget implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      partitions.forEach(progress::remove);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(progress::remove);
      fetched.removeIf(record -> partitions.contains(partition(record)));
    }
  }
}
