package io.sapo.producer;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.TopicFinding;
import io.sapo.schemas.Topics;
import io.sapo.testing.Await;
import io.sapo.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One broker for all tests of the JVM; every instance has topics of its own on it. */
public final class KafkaFixture implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Topics topics = new Topics("t" + COUNT.incrementAndGet() + ".");
  private final Producer<byte[], byte[]> producer;

  private static final class Shared {
    static final EmbeddedBroker BROKER = start();

    private static EmbeddedBroker start() {
      try {
        Path folder = Files.createTempDirectory("sapo-producer-test");
        EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, folder)));
        return broker;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void stop(EmbeddedBroker broker, Path folder) {
      broker.close();
      try {
        Folders.delete(folder);
      } catch (IOException e) {
        System.err.println("left behind " + folder + ": " + e);
      }
    }
  }

  public KafkaFixture() throws Exception {
    try (Admin admin = Admin.create(clientConfig())) {
      List<TopicFinding> findings = new TopicAdmin(admin, topics).createAndCheck((short) 1);
      if (!findings.isEmpty()) {
        throw new IllegalStateException(findings.toString());
      }
    }
    producer = ProducerClients.create(clientConfig(), Map.of());
  }

  public Topics topics() {
    return topics;
  }

  public Map<String, Object> clientConfig() {
    return Map.of("bootstrap.servers", Shared.BROKER.bootstrapServers());
  }

  /** Sends and waits; gives the record's offset. */
  public long send(ProducerRecord<byte[], byte[]> record) throws Exception {
    return producer.send(record).get().offset();
  }

  public <T extends SpecificRecordBase> List<T> values(Topic<T> topic) {
    return records(topic.name()).stream().map(r -> topic.codec().decode(r.value())).toList();
  }

  /** All committed records of a topic at this moment, by partition and offset. */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                Shared.BROKER.bootstrapServers(),
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      records.sort(
          Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
              .thenComparingLong(ConsumerRecord::offset));
      return records;
    }
  }

  /** Polls a condition until it holds; gives up after a minute. */
  public static void await(String what, BooleanSupplier condition) {
    Await.until(what, Duration.ofMinutes(1), condition);
  }

  @Override
  public void close() {
    producer.close();
  }
}
