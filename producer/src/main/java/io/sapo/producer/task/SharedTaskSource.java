package io.sapo.producer.task;

import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The tasks of an ordered source, shared among all producers of a run, whenever they come and go.
 *
 * <p>A producer claims a stretch of tasks by appending a record to a topic with one partition: the
 * record's offset is the number of the stretch. Brokers give every offset once, so that no task is
 * drawn twice, by two producers or after a restart. What a producer has claimed and not drawn when
 * it ends is left out.
 */
public final class SharedTaskSource implements TaskSource {
  static final int STRETCH = 32;

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

  private final OrderedTaskSource source;
  private final String topic;
  private final byte[] instance;
  private final Producer<byte[], byte[]> producer;
  private Future<RecordMetadata> claim;
  private int left;

  /**
   * @param clientConfig at least {@code bootstrap.servers}
   * @param topic with one partition
   * @param instance who claims, for people who look at the topic
   * @param source becomes this one's to close
   */
  public SharedTaskSource(
      Map<String, Object> clientConfig, String topic, String instance, OrderedTaskSource source) {
    this.source = source;
    this.topic = topic;
    this.instance = Topic.keyBytes(instance);
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1 << 20);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
    producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public String name() {
    return source.name();
  }

  /** Waits for a claim to be acknowledged, which has mostly been asked for in time. */
  @Override
  public Optional<Task> next() {
    if (left == 0) {
      source.seek(claimed(), STRETCH);
      left = STRETCH;
    }
    left--;
    if (left == STRETCH / 2) {
      claim = send();
    }
    return source.next();
  }

  private long claimed() {
    while (true) {
      Future<RecordMetadata> sent = claim == null ? send() : claim;
      claim = null;
      try {
        RecordMetadata metadata = sent.get();
        // An acknowledgement that was lost and asked for again may come without an offset.
        if (metadata.hasOffset()) {
          return metadata.offset();
        }
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "tasks cannot be claimed in " + topic + ": " + e.getCause().getMessage(), e.getCause());
      }
    }
  }

  private Future<RecordMetadata> send() {
    return producer.send(new ProducerRecord<>(topic, 0, instance, null));
  }

  @Override
  public void finished(Task task) {
    source.finished(task);
  }

  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
    source.close();
  }
}
