package io.sapo.producer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TinyModel;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWeightsTest {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  @TempDir static Path temp;
  private static ModelConfig model;

  private final VersionLog log = new VersionLog();
  private final List<Weights> opened = new ArrayList<>();
  private KafkaFixture kafka;
  private KafkaConsumer<byte[], byte[]> consumer;
  private TestLearner learner;
  private LocalWeights local;
  private long silentUntil = System.nanoTime();

  @BeforeAll
  static void writeModel() throws Exception {
    model = TinyModel.write(temp.resolve("model"), 1).config();
  }

  @BeforeEach
  void followTheFirstVersion() throws Exception {
    kafka = new KafkaFixture();
    Map<String, Object> config = new HashMap<>(kafka.clientConfig());
    config.put("auto.offset.reset", "none");
    config.put("isolation.level", "read_uncommitted");
    consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
          @Override
          public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
            boolean silent = System.nanoTime() - silentUntil < 0;
            return silent ? ConsumerRecords.empty() : super.poll(wait);
          }
        };
    learner = new TestLearner(kafka, ElementType.F32);
    local =
        new LocalWeights(
            new ChunkReader(consumer, kafka.topics().weightChunks(), PATIENCE),
            new WeightBuffers(BaseModel.trainedWhole(model, Device.cpu())));
    learner.publish(weights(0), true);
    assertThat(local.readAhead(Duration.ZERO)).as("nothing to build on yet").isZero();
    takeUp(0);
    local.prepare();
  }

  @AfterEach
  void close() {
    local.close();
    learner.close();
    consumer.close();
    opened.forEach(Weights::close);
    kafka.close();
  }

  @Test
  void aVersionIsReadBeforeItsCommitRecordIsThere() throws Exception {
    TestLearner.Sent open = learner.open(weights(1));
    readAhead(open.chunkCount());
    learner.commit(weights(1), open);
    deleteChunks();
    takeUp(1);
    learner.publish(weights(2), false);
    takeUp(2);
  }

  @Test
  void aBrokerThatGivesNothingForLongIsWaitedFor() throws Exception {
    learner.publish(weights(1), false);
    silentUntil = System.nanoTime() + 4 * PATIENCE.toNanos();
    takeUp(1);
  }

  @Test
  void chunksThatTheLogDoesNotHoldAreNotWaitedFor() throws Exception {
    learner.publishChanged(
        weights(1), false, version -> version.setChunkCount(version.getChunkCount() + 1));
    assertThatThrownBy(() -> takeUp(1))
        .isInstanceOf(WeightFormatException.class)
        .hasMessageContaining("which ends there");
  }

  @Test
  void whatWasReadAheadAndNotCommittedIsForgotten() throws Exception {
    learner.abort(weights(5), 3);
    readAhead(3);
    learner.publish(weights(1), false);
    takeUp(1);
    local.prepare();
    learner.publish(weights(2), false);
    takeUp(2);
  }

  /** The anchor is gone: only the parent that is here can lead to the version. */
  @Test
  void anAttemptThatWasAbandonedLeavesItsParent() throws Exception {
    learner.abort(weights(5), 3);
    readAhead(3);
    deleteChunks();
    learner.publish(weights(1), false);
    takeUp(1);
  }

  @Test
  void theSecondAttemptEndsWhatWasReadOfTheFirst() throws Exception {
    learner.abort(weights(5), 3);
    readAhead(3);
    learner.publish(weights(1), false);
    readAhead(0);
    takeUp(1);
  }

  private void readAhead(int chunks) {
    KafkaFixture.await(
        chunks + " chunks read ahead",
        () -> {
          local.readAhead(Duration.ofMillis(50));
          return local.chunksAhead() == chunks;
        });
  }

  private void deleteChunks() throws Exception {
    TopicPartition chunks = new TopicPartition(kafka.topics().weightChunks().name(), 0);
    try (Admin admin = Admin.create(kafka.clientConfig())) {
      admin.deleteRecords(Map.of(chunks, RecordsToDelete.beforeOffset(-1))).all().get();
    }
  }

  private void takeUp(long version) {
    WeightVersion record = learner.newest();
    assertThat(record.getVersion()).isEqualTo(version);
    log.add(record);
    local.pathToNewest(log).forEach(local::apply);
    try (FollowedWeights found = local.weightsOf(record)) {
      assertThat(found.version()).isEqualTo(version);
      assertThat(found.weights().sha256()).isEqualTo(record.getActorSha256());
    }
  }

  private Weights weights(int step) {
    Weights weights = TestLearner.weights(model, 0, step);
    opened.add(weights);
    return weights;
  }
}
