package io.sapo.schemas;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes every Kafka producer of the project, so that what none may lack stands once: idempotence,
 * acknowledgement by all replicas, and one request at a time.
 *
 * <p>With more requests in flight, a partition that is new to a client and whose leader is still
 * starting may refuse the first batch, take the second, and call the first out of order for ever
 * (seen with Kafka 4.3).
 */
public final class ProducerClients {
  private ProducerClients() {}

  /** What every producer has; for those that others make, such as Kafka Streams. */
  public static Map<String, Object> always() {
    return Map.of(
        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
        true,
        ProducerConfig.ACKS_CONFIG,
        "all",
        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
        1);
  }

  /**
   * @param client settings of Kafka clients, at least {@code bootstrap.servers}
   * @param own of this producer
   */
  public static Producer<byte[], byte[]> create(
      Map<String, Object> client, Map<String, Object> own) {
    Map<String, Object> config = new HashMap<>(client);
    config.putAll(own);
    config.putAll(always());
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** As {@link #create}; waits for an absent broker for as long as it takes. */
  public static Producer<byte[], byte[]> patient(
      Map<String, Object> client, Map<String, Object> own) {
    Map<String, Object> config = new HashMap<>(own);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
    return create(client, config);
  }
}
