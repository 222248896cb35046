package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.schemas.Topics;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SegmentsReaderTest {
  private static final Topics TOPICS = new Topics("s.");

  /** A fetch thread that has ended must not leave a learner that waits for records for ever. */
  @Test
  void whatEndsTheFetchThreadReachesTraining() {
    for (Throwable end : List.of(new NoClassDefFoundError("gone"), new IllegalStateException())) {
      MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
      String topic = TOPICS.segments().name();
      consumer.updatePartitions(
          topic, List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0])));
      consumer.schedulePollTask(
          () -> {
            if (end instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) end;
          });
      try (SegmentsReader reader =
          new SegmentsReader(consumer, TOPICS, null, new TreeMap<>(), 8, 1 << 20)) {
        assertThatThrownBy(
                () -> {
                  while (true) {
                    reader.next();
                  }
                })
            .isSameAs(end);
      }
    }
  }
}
