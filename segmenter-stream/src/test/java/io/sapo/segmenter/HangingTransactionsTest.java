package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionOptions;
import org.apache.kafka.clients.admin.AbortTransactionResult;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HangingTransactionsTest {
  private static final TopicPartition PARTITION = new TopicPartition("run.segments", 0);
  private static final Instant NOW = Instant.ofEpochSecond(1_795_762_971);

  private static Set<HangingTransactions.Open> hanging(
      TopicPartition partition, OptionalLong start, TransactionDescription owner, long secondsAgo) {
    ProducerState state =
        new ProducerState(
            7, 4002, 0, NOW.minusSeconds(secondsAgo).toEpochMilli(), OptionalInt.of(2), start);
    Map<Long, TransactionDescription> owners = new HashMap<>();
    if (owner != null) {
      owners.put(7L, owner);
    }
    return HangingTransactions.hanging(Map.of(partition, List.of(state)), owners, NOW);
  }

  /** The first line is what a run was found in after a machine had slept for twelve minutes. */
  @ParameterizedTest
  @CsvSource({
    "COMPLETE_ABORT, 4003, true",
    "COMPLETE_COMMIT, 4003, true",
    "EMPTY, 4003, true",
    "ONGOING, 4003, true",
    "ONGOING, 4002, false",
    "PREPARE_COMMIT, 4003, false",
    "PREPARE_ABORT, 4003, false",
    "PREPARE_EPOCH_FENCE, 4003, false",
    "UNKNOWN, 4003, false",
  })
  void whatItsCoordinatorHasFinishedHangs(TransactionState state, int epoch, boolean hangs) {
    TransactionDescription owner =
        new TransactionDescription(1, state, 7, epoch, 30_000, OptionalLong.empty(), Set.of());
    assertThat(hanging(PARTITION, OptionalLong.of(34_069), owner, 780)).hasSize(hangs ? 1 : 0);
    assertThat(hanging(PARTITION, OptionalLong.empty(), owner, 780)).isEmpty();
  }

  @Test
  void whatNobodyKnowsOfHangsOnlyWhenItIsOld() {
    assertThat(hanging(PARTITION, OptionalLong.of(3), null, 3_500)).isEmpty();
    assertThat(hanging(PARTITION, OptionalLong.of(3), null, 3_700)).hasSize(1);
    TopicPartition offsets = new TopicPartition("__consumer_offsets", 0);
    assertThat(hanging(offsets, OptionalLong.of(3), null, 3_700)).as("of anybody").isEmpty();
  }

  @Test
  void aTransactionThatIsGoingOnIsLeftAlone(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      Map<String, Object> config = new HashMap<>(client);
      config.put("transactional.id", "run.learner");
      HangingTransactions watch = new HangingTransactions(client, new Topics("run."));
      try (Admin admin = Admin.create(client);
          KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1))).all().get();
        producer.initTransactions();
        for (int transaction = 0; transaction < 2; transaction++) {
          producer.beginTransaction();
          producer.send(new ProducerRecord<>(PARTITION.topic(), new byte[1])).get();
          for (int look = 0; look < 3; look++) {
            watch.look(admin);
          }
          producer.commitTransaction();
        }
        watch.look(admin);
        var producers = admin.describeProducers(List.of(PARTITION)).all().get().get(PARTITION);
        assertThat(producers.activeProducers())
            .allMatch(state -> state.currentTransactionStartOffset().isEmpty());
      }
    }
  }

  /** Where the coordinators' own topic is lost, no marker will come. */
  @Test
  void readersGoOnBehindATransactionThatNobodyKnowsOf(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      Map<String, Object> config = new HashMap<>(client);
      config.put("transactional.id", "run.learner");
      HangingTransactions watch = new HangingTransactions(client, new Topics("run."));
      KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
      try (Admin admin = Admin.create(client)) {
        admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1))).all().get();
        producer.initTransactions();
        producer.beginTransaction();
        long old = Instant.now().minusSeconds(7_200).toEpochMilli();
        producer.send(new ProducerRecord<>(PARTITION.topic(), 0, old, null, new byte[1])).get();
        admin.deleteTopics(List.of("__transaction_state")).all().get();
        assertThat(committed(admin)).isZero();
        watch.look(admin);
        assertThat(committed(admin)).as("at the first look").isZero();
        try (Admin refused = new MayNotAbort(client)) {
          watch.look(refused);
        }
        assertThat(watch.left())
            .singleElement()
            .asString()
            .contains("hangs in " + PARTITION, "from offset 0 on", "cannot be aborted")
            .endsWith(
                "abort --topic %s --partition 0 --start-offset 0".formatted(PARTITION.topic()));
        try (Admin refused = new MayNotLook(client)) {
          watch.look(refused);
        }
        assertThat(watch.refusal()).contains("Not authorized to look");
        watch.look(admin);
        assertThat(watch.refusal()).isEmpty();
        assertThat(watch.left()).isEmpty();
        assertThat(committed(admin)).as("record and marker").isEqualTo(2);
      } finally {
        producer.close(Duration.ZERO);
      }
    }
  }

  private static final class MayNotLook extends ForwardingAdmin {
    MayNotLook(Map<String, Object> client) {
      super(client);
    }

    @Override
    public ListTopicsResult listTopics(ListTopicsOptions options) {
      throw new ClusterAuthorizationException("Not authorized to look");
    }
  }

  /** One whose requests to abort a partition's broker refuses. */
  private static final class MayNotAbort extends ForwardingAdmin {
    MayNotAbort(Map<String, Object> client) {
      super(client);
    }

    @Override
    public AbortTransactionResult abortTransaction(
        AbortTransactionSpec spec, AbortTransactionOptions options) {
      return super.abortTransaction(
          new AbortTransactionSpec(
              spec.topicPartition(), spec.producerId(), spec.producerEpoch(), -2),
          options);
    }
  }

  /** Up to where readers of committed records come. */
  private static long committed(Admin admin) throws Exception {
    return admin
        .listOffsets(
            Map.of(PARTITION, OffsetSpec.latest()),
            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .partitionResult(PARTITION)
        .get()
        .offset();
  }
}
