package io.sapo.bench;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An embedded broker and plain clients of it. */
final class BenchKafka implements AutoCloseable {
  private final EmbeddedBroker broker;

  BenchKafka(Path folder) {
    broker = EmbeddedBroker.start(folder, 0);
  }

  Map<String, Object> client() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  /** A catalogue of topics that exist. */
  Topics topics(String prefix) throws Exception {
    Topics topics = new Topics(prefix);
    try (Admin admin = Admin.create(client())) {
      new TopicAdmin(admin, topics).createAndCheck((short) 1);
    }
    return topics;
  }

  void create(String topic, Map<String, String> config) throws Exception {
    try (Admin admin = Admin.create(client())) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(config))).all().get();
    }
  }

  Producer<byte[], byte[]> producer() {
    Map<String, Object> config = new HashMap<>(client());
    // As the rollout producer has it: see TrajectoryPublisher.
    config.put("max.in.flight.requests.per.connection", 1);
    config.put("linger.ms", 20);
    config.put("batch.size", 1 << 18);
    config.put("max.request.size", 2 * Topics.MAX_RECORD_BYTES);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  Consumer<byte[], byte[]> committedReader() {
    Map<String, Object> config = new HashMap<>(client());
    config.put("isolation.level", "read_committed");
    config.put("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Committed records of a topic, give or take the markers of their transactions. */
  static long committed(Consumer<byte[], byte[]> reader, String topic, int partitions) {
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    return reader.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {
    broker.close();
  }
}
