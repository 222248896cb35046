package io.sapo.segmenter;

import io.sapo.schemas.SkippingConsumer;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Clients of Kafka Streams that survive corrupt records: one of an input topic becomes a dead
 * letter, so that nobody waits for it; one of a store's changelog is skipped.
 */
final class SkippingClients implements KafkaClientSupplier {
  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return new SkippingConsumer(config, SkippingConsumer.Damaged.LEFT_OUT);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return new SkippingConsumer(config, SkippingConsumer.Damaged.LEFT_OUT);
  }
}
