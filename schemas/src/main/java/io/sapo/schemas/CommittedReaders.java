package io.sapo.schemas;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * Consumers that see committed records only, belong to no group, and never silently skip expired
 * records. What cannot be read is shown as one of {@link DamagedRecords}.
 */
public final class CommittedReaders {
  /** A fetch in front of a log's end; the reader goes elsewhere only when it has returned. */
  private static final int NO_LONG_POLL_MS = 10;

  private CommittedReaders() {}

  /**
   * Follows a log that grows.
   *
   * @param client {@code bootstrap.servers} and whatever else every client needs
   */
  public static Consumer<byte[], byte[]> following(Map<String, Object> client, String name) {
    return new SkippingConsumer(config(client, name), SkippingConsumer.Damaged.SHOWN);
  }

  /**
   * As {@link #following}, for logs whose old records are of no use, such as heartbeats: where the
   * position has expired, as while nobody read for a week, it goes on at the oldest record that is
   * left.
   */
  public static Consumer<byte[], byte[]> followingWhatIsLeft(
      Map<String, Object> client, String name) {
    Map<String, Object> config = config(client, name);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }

  /**
   * As {@link #following}, for ranges whose ends are known, one after another: it never waits for
   * records behind them.
   */
  public static Consumer<byte[], byte[]> ofRanges(Map<String, Object> client, String name) {
    Map<String, Object> config = config(client, name);
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, NO_LONG_POLL_MS);
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }

  /**
   * From the beginning of the log on. It waits for absent brokers for as long as it takes, whatever
   * is asked of it, and skips corrupt records.
   */
  public static Consumer<byte[], byte[]> patient(Map<String, Object> client) {
    return with(
        client,
        Map.of(
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            Integer.MAX_VALUE),
        SkippingConsumer.Damaged.LEFT_OUT);
  }

  /**
   * For callers with needs of their own.
   *
   * @param client {@code bootstrap.servers} and whatever else every client needs
   * @param own properties that win over those of all readers of committed records
   */
  public static Consumer<byte[], byte[]> with(
      Map<String, Object> client, Map<String, Object> own, SkippingConsumer.Damaged damaged) {
    Map<String, Object> config = committed(client);
    config.putAll(own);
    return new SkippingConsumer(config, damaged);
  }

  private static Map<String, Object> committed(Map<String, Object> client) {
    Map<String, Object> config = new HashMap<>(client);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    return config;
  }

  private static Map<String, Object> config(Map<String, Object> client, String name) {
    Map<String, Object> config = committed(client);
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, name);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Topics.MAX_RECORD_BYTES);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 256);
    return config;
  }
}
