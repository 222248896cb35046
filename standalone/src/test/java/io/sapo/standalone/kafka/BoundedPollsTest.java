package io.sapo.standalone.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that are small on the wire and large on the heap. */
class BoundedPollsTest {
  private static final int MOST_RECORDS = 256;
  private static final int LARGE = 8 << 20;

  @TempDir Path folder;

  @Test
  void aPollReturnsNoMoreBytesThanAHeapHolds() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      int large = 40;
      int small = 2_000;
      make(client, large, small);
      try (SkippingConsumer consumer = consumer(client)) {
        TopicPartition partition = new TopicPartition("t", 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        List<Long> offsets = new ArrayList<>();
        int mostAtOnce = 0;
        while (offsets.size() < large + small) {
          ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofSeconds(1));
          long bytes = 0;
          for (ConsumerRecord<byte[], byte[]> record : polled) {
            bytes += record.value().length;
            offsets.add(record.offset());
          }
          mostAtOnce = Math.max(mostAtOnce, polled.count());
          assertThat(bytes).isLessThan(4L * Topics.MAX_RECORD_BYTES);
          assertThat(consumer.position(partition)).isEqualTo(offsets.size());
        }
        assertThat(offsets)
            .containsExactlyElementsOf(LongStream.range(0, large + small).boxed().toList());
        assertThat(mostAtOnce).as("of the small ones").isEqualTo(MOST_RECORDS);
      }
    }
  }

  private static void make(Map<String, Object> client, int large, int small) throws Exception {
    try (Admin admin = Admin.create(client)) {
      NewTopic topic = new NewTopic("t", 1, (short) 1);
      // As on brokers that keep batches as producers compressed them.
      topic.configs(Map.of("compression.type", "producer"));
      admin.createTopics(List.of(topic)).all().get();
    }
    Map<String, Object> config = new HashMap<>(client);
    config.put("compression.type", "zstd");
    config.put("max.request.size", 2 * LARGE);
    try (Producer<byte[], byte[]> producer = ProducerClients.create(config, Map.of())) {
      for (int i = 0; i < large; i++) {
        producer.send(new ProducerRecord<>("t", new byte[LARGE]));
      }
      for (int i = 0; i < small; i++) {
        producer.send(new ProducerRecord<>("t", new byte[10]));
      }
    }
  }

  private static SkippingConsumer consumer(Map<String, Object> client) {
    Map<String, Object> config = new HashMap<>(client);
    config.put("max.poll.records", MOST_RECORDS);
    config.put("max.partition.fetch.bytes", Topics.MAX_RECORD_BYTES);
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }
}
