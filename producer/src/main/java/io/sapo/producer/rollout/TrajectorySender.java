package io.sapo.producer.rollout;

import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The Kafka producer of trajectories, and of dead letters in their place. It waits for an absent
 * broker for as long as it takes: sending may block, so event loops must not send. Thread-safe.
 */
public final class TrajectorySender implements AutoCloseable {
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);

  /** Leaves room for key, headers and framing below the topic's limit. */
  private static final int MAX_VALUE_BYTES = Topics.MAX_RECORD_BYTES - (1 << 16);

  private final Topics topics;
  private final Producer<byte[], byte[]> producer;

  public TrajectorySender(Map<String, Object> clientConfig, Topics topics) {
    this.topics = topics;
    producer =
        ProducerClients.patient(
            clientConfig,
            Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "zstd",
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                2 * Topics.MAX_RECORD_BYTES,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                4L * Topics.MAX_RECORD_BYTES));
  }

  /**
   * Sends a trajectory. One too large for the topic becomes a dead letter without a value.
   *
   * @param sent called once either is in the log, with its topic, or with the failure; on the Kafka
   *     client's thread, mostly
   */
  public void send(Trajectory trajectory, Callback sent) {
    ProducerRecord<byte[], byte[]> record =
        topics.trajectories().record(trajectory.getGroupId(), trajectory);
    if (record.value().length <= MAX_VALUE_BYTES) {
      producer.send(record, sent);
      return;
    }
    String detail =
        "trajectory %s has %d bytes, at most %d are taken"
            .formatted(trajectory.getTrajectoryId(), record.value().length, MAX_VALUE_BYTES);
    refuse(
        DeadLetters.Kept.of(record.key(), new byte[0], detail),
        "trajectory-too-large",
        record.topic(),
        -1,
        -1,
        sent);
  }

  /**
   * Sends a dead letter.
   *
   * @param source topic of what was refused, or where a task comes from
   * @param partition of it; -1 where it has none
   * @param offset likewise
   * @param sent as for {@link #send}
   */
  void refuse(
      DeadLetters.Kept kept,
      String reason,
      String source,
      int partition,
      long offset,
      Callback sent) {
    producer.send(
        new ProducerRecord<>(
            topics.deadLetters(),
            DeadLetters.PARTITION,
            kept.key(),
            kept.value(),
            DeadLetters.headers(reason, kept.detail(), source, partition, offset)),
        sent);
  }

  /** Waits some seconds for what has been sent; what is not in the log then is lost. */
  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
  }
}
