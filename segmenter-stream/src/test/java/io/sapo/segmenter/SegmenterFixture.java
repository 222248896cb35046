package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A broker for segmenters, and what tests do with it. */
final class SegmenterFixture implements AutoCloseable {
  private final EmbeddedBroker broker;
  private final List<Process> processes = new ArrayList<>();

  SegmenterFixture(Path folder) {
    broker = EmbeddedBroker.start(folder, 0);
  }

  /** Processes that a test that failed has left behind end as well. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    broker.close();
  }

  /** A segmenter to be killed; see {@link SegmenterProcess#start}. */
  Process process(Topics topics, Path stateDir, String judge) throws IOException {
    Process process =
        SegmenterProcess.start(broker.bootstrapServers(), topics.prefix(), stateDir, judge);
    processes.add(process);
    return process;
  }

  Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  /** The topics of a run of its own. */
  Topics created(String prefix) throws ExecutionException, InterruptedException {
    Topics topics = new Topics(prefix);
    try (Admin admin = Admin.create(kafka())) {
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isEmpty();
    }
    return topics;
  }

  /**
   * @param judge address of a judge; empty for none
   */
  Segmenter segmenter(Topics topics, Path stateDir, String instance, String judge) {
    return new Segmenter(kafka(), topics, SegmenterProcess.config(stateDir, judge), instance);
  }

  /** Reads from the start until what was read suffices; the class's timeout ends a vain wait. */
  List<ConsumerRecord<byte[], byte[]>> read(
      String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (!enough.test(records)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          records.add(record);
          if (enough.test(records)) {
            break;
          }
        }
      }
    }
    return records;
  }

  /** Committed records of a topic with one partition. */
  int count(String topic) {
    int count = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        count += consumer.poll(Duration.ofMillis(100)).count();
      }
    }
    return count;
  }

  KafkaConsumer<byte[], byte[]> consumer(String isolation) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "isolation.level",
            isolation,
            "enable.auto.commit",
            false),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  Producer<byte[], byte[]> producer() {
    return ProducerClients.create(kafka(), Map.of());
  }
}
