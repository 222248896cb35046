package io.sapo.segmenter;

import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.topology.SegmenterConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams as the segmenter needs it. */
public final class StreamsSettings {
  /**
   * How often a transaction is committed, and so how long a segmented trajectory stays invisible to
   * the learner. The default for exactly-once; said here because the latency of the pipeline hangs
   * on it. One commit costs a few milliseconds whatever it holds, so under load longer would buy
   * little.
   */
  private static final int COMMIT_INTERVAL_MS = 100;

  /**
   * Streams' default of 10 s is shorter than a pause of a busy machine may be. After a crash this
   * is also how long an instance that restarts without its state folder keeps readers waiting.
   */
  private static final int TRANSACTION_TIMEOUT_MS = 30_000;

  /** After a crash the partitions lie idle this long, unless the same instance comes back first. */
  private static final int SESSION_TIMEOUT_MS = 10_000;

  /**
   * For how long a task repeats what times out, in restoring too. Absent brokers are waited for,
   * however long; Streams' default of 5 min would end the segmenter. Added to a time of day, so not
   * the largest number.
   */
  private static final long TASK_TIMEOUT_MS = Duration.ofDays(10 * 365).toMillis();

  /** Records may be large: these bound what is in memory, together with the fetch sizes. */
  private static final int BUFFERED_RECORDS = 64;

  private StreamsSettings() {}

  static String applicationId(Topics topics) {
    return topics.prefix() + "segmenter";
  }

  public static Properties of(
      Map<String, Object> kafka, Topics topics, SegmenterConfig config, String instance) {
    Map<String, Object> all = new HashMap<>(kafka);
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(topics));
    all.put(StreamsConfig.CLIENT_ID_CONFIG, applicationId(topics) + "-" + instance);
    all.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDir().toString());
    all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
    all.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, TASK_TIMEOUT_MS);
    // Trajectories do not wait for verdicts, nor the reverse: their order does not matter.
    all.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
    all.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    // No global store here; unset, a warning at every start asks for it.
    all.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
    all.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        SESSION_TIMEOUT_MS);
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), BUFFERED_RECORDS);
    all.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
        2 * Topics.MAX_RECORD_BYTES);
    ProducerClients.always()
        .forEach((name, value) -> all.put(StreamsConfig.producerPrefix(name), value));
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        TRANSACTION_TIMEOUT_MS);
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        2 * Topics.MAX_RECORD_BYTES);
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
        4L * Topics.MAX_RECORD_BYTES);
    Properties properties = new Properties();
    properties.putAll(all);
    return properties;
  }
}
