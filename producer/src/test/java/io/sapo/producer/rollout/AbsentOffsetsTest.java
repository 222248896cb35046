package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.producer.weights.TestLearner;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.WeightVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A producer of another make writes trajectories in transactions, and takes some back. */
class AbsentOffsetsTest {
  /** Three records that were taken back, and the end of their transaction. */
  private static final int ABORTED = 4;

  private KafkaFixture kafka;

  @BeforeEach
  void write() throws Exception {
    kafka = new KafkaFixture();
    Map<String, Object> config = new HashMap<>(kafka.clientConfig());
    config.put("transactional.id", kafka.topics().prefix() + "foreign");
    try (Producer<byte[], byte[]> foreign = ProducerClients.create(config, Map.of())) {
      foreign.initTransactions();
      foreign.beginTransaction();
      for (int i = 0; i < ABORTED - 1; i++) {
        send(foreign);
      }
      foreign.flush();
      foreign.abortTransaction();
      foreign.beginTransaction();
      send(foreign);
      foreign.commitTransaction();
    }
  }

  private void send(Producer<byte[], byte[]> foreign) {
    foreign.send(
        new ProducerRecord<>(kafka.topics().trajectories().name(), 1, null, new byte[] {1}));
  }

  @AfterEach
  void close() {
    kafka.close();
  }

  @Test
  void endsOfTransactionsAndWhatWasTakenBackAreAbsent() {
    TopicPartition partition = new TopicPartition(kafka.topics().trajectories().name(), 1);
    try (AbsentOffsets absent = new AbsentOffsets(kafka.clientConfig())) {
      assertThat(absent.in(partition, 1, ABORTED + 2)).containsExactly(1L, 2L, 3L, 5L);
      assertThat(absent.in(partition, 1, ABORTED + 2)).as("looked at before").isEmpty();
      assertThat(absent.in(new TopicPartition(partition.topic(), 0), 0, 0)).isEmpty();
    }
  }

  /** At a bound of a few trajectories the gate would stay shut, and nothing would ever move. */
  @Test
  void theQueueIsNotWaitedForWhereThereIsNothing() throws Exception {
    WeightVersion newest = TestLearner.record(0, true, "", 0, 0, 0);
    AtomicLong seconds = new AtomicLong();
    try (QueueWatch watch =
        new QueueWatch(
            kafka.clientConfig(),
            kafka.topics(),
            "me",
            () -> Optional.of(newest),
            () -> seconds.incrementAndGet() * 1_000_000_000,
            () -> {})) {
      watch.start();
      KafkaFixture.await(
          "the only record there is",
          () ->
              watch
                  .view()
                  .map(
                      view ->
                          view.backlog(Consumed.of(Optional.of(newest), view.batch()), Map.of()))
                  .filter(backlog -> backlog == 1)
                  .isPresent());
    }
  }
}
