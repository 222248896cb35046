package io.sapo.learner;

import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The Kafka clients of a learner, with the settings its guarantees rest on. */
public final class LearnerClients {

  private static final int TRANSACTION_TIMEOUT_MS = 15 * 60 * 1000;

  /** A fetch in front of a log's end; the reader goes elsewhere only when it has returned. */
  private static final int NO_LONG_POLL_MS = 10;

  private final Map<String, Object> base;

  /**
   * @param base {@code bootstrap.servers} and whatever else every client needs
   */
  public LearnerClients(Map<String, Object> base) {
    this.base = base;
  }

  /**
   * Follows a log that grows. Sees committed records only, belongs to no group, and never jumps
   * over records that are gone.
   */
  public Consumer<byte[], byte[]> committedReader(String name) {
    return reader(committed(name));
  }

  /**
   * As {@link #committedReader}, for ranges whose ends are known, one after another: it never waits
   * for records behind them.
   */
  public Consumer<byte[], byte[]> rangeReader(String name) {
    Map<String, Object> config = committed(name);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, NO_LONG_POLL_MS);
    return reader(config);
  }

  private Map<String, Object> committed(String name) {
    Map<String, Object> config = new HashMap<>(base);
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, name);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Topics.MAX_RECORD_BYTES);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 256);
    return config;
  }

  private static Consumer<byte[], byte[]> reader(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * One transaction at a time; an open one outlives its learner until the next fences it, hence the
   * long time-out.
   */
  public Producer<byte[], byte[]> transactional(String transactionalId) {
    return ProducerClients.create(
        base,
        Map.of(
            CommonClientConfigs.CLIENT_ID_CONFIG, transactionalId,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId,
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_RECORD_BYTES,
            ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20));
  }

  public Admin admin() {
    return Admin.create(base);
  }

  /**
   * The offsets committed for a group, by partition of the topic.
   *
   * @throws KafkaException when the brokers do not answer
   */
  SortedMap<Integer, Long> positions(String group, String topic) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    try (Admin admin = Admin.create(base)) {
      admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach(
              (partition, position) -> {
                if (position != null && partition.topic().equals(topic)) {
                  positions.put(partition.partition(), position.offset());
                }
              });
      return positions;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
