package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.schemas.Divergence;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Environment;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What is kept of the commit records of a long run. */
class CommittedVersionsTest {
  private static final Topics TOPICS = new Topics("long.");
  private static final TopicPartition WEIGHTS = new TopicPartition(TOPICS.weights().name(), 0);
  private static final int VERSIONS = 300;
  private static final String STALE = "stale: begun with version 3, 4 before";

  /** A learner of 768 MiB has to start again at a million versions. */
  private static final int MOST_BYTES = 400;

  /** As a run with all metrics and 256 tasks an update writes them. */
  private final List<WeightVersion> written = new ArrayList<>();

  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  CommittedVersionsTest() {
    String parent = null;
    for (int number = 0; number < VERSIONS; number++) {
      WeightVersion version = version(number, parent);
      byte[] bytes = TOPICS.weights().codec().encode(version);
      // Markers of transactions lie between them.
      records.add(new ConsumerRecord<>(WEIGHTS.topic(), 0, 2L * number, null, bytes));
      parent = RecordDigest.of(bytes);
      written.add(version);
    }
  }

  static WeightVersion version(int number, String parent) {
    Map<String, Double> metrics = new HashMap<>();
    IntStream.range(0, 70).forEach(i -> metrics.put("metric_with_a_name_" + i, i + number / 7.0));
    List<TaskOutcome> outcomes =
        IntStream.range(0, number == 0 ? 0 : 256)
            .mapToObj(i -> new TaskOutcome("task-%d-%d".formatted(number, i), 8, i % 8))
            .toList();
    List<InputRange> inputs =
        IntStream.range(0, number == 0 ? 0 : 4)
            .mapToObj(
                i ->
                    new InputRange(
                        i, 64L * number - 64, 64L * number, 63, List.of(skipped(number))))
            .toList();
    return WeightVersion.newBuilder()
        .setVersion(number)
        .setParent(number - 1L)
        .setRunId("a-run-of-weeks")
        .setCommittedAtMs(1_700_000_000_000L + number)
        .setInputs(inputs)
        .setTrajectoryPositions(Map.of("0", 16L * number, "1", 16L * number + 3))
        .setConsumedTotal(256L * number)
        .setTrainedTotal(252L * number)
        .setActorSha256(hash("actor", number))
        .setCriticSha256(number % 2 == 0 ? hash("critic", number) : null)
        .setOptimizerSha256(number % 3 == 0 ? "not a hash" : hash("optimizer", number))
        .setKlCoefficient(0.1 / (1 + number))
        .setConfigDigest("digest")
        .setConfig("{\"of\": \"%d\"}".formatted(number / 200))
        .setElementType(ElementType.BF16)
        .setAnchor(number % 50 == 0)
        .setAnchorVersion(number / 50 * 50L)
        .setFirstChunkOffset(30L * number)
        .setChunkCount(28)
        .setCheckpoint("checkpoints/version-%d".formatted(number / 10 * 10))
        .setCheckpointVersion(number / 10 * 10L)
        .setMetrics(metrics)
        .setParentSha256(parent)
        .setDivergences(number == 120 ? List.of(divergence(119)) : List.of())
        .setEnvironment(environment())
        .setOutcomes(outcomes)
        .build();
  }

  private static Skipped skipped(int number) {
    return Skipped.newBuilder().setOffset(64L * number - 5).setReason(STALE).build();
  }

  private static Divergence divergence(long version) {
    return Divergence.newBuilder()
        .setVersion(version)
        .setActorSha256("a")
        .setCriticSha256(null)
        .setOptimizerSha256("o")
        .setKlCoefficient(0)
        .build();
  }

  private static Environment environment() {
    return Environment.newBuilder()
        .setThreads(2)
        .setLibtorch("2.7.1")
        .setCpuCapability("AVX512")
        .setCpu("of some vendor")
        .setJdk("17")
        .setDevice("cpu")
        .setCode("code")
        .setBaseSha256("")
        .setTokenizerSha256("")
        .setPreprocessorSha256("")
        .build();
  }

  private static String hash(String of, int number) {
    return RecordDigest.of((of + number).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private CommittedVersions committed() {
    CommittedVersions committed = new CommittedVersions(TOPICS);
    records.forEach(committed::add);
    return committed;
  }

  @Test
  void aMillionOfThemFitIntoTheHeapOfALearner() {
    long each = committed().keptBytes() / VERSIONS;
    int onTheLog = records.get(VERSIONS - 1).value().length;
    assertThat(onTheLog).as("as long as those of a real run").isGreaterThan(5_000);
    assertThat(each).as("bytes kept of a version").isLessThan(MOST_BYTES);
  }

  @Test
  void whatIsNeededToFoldIsKept() {
    CommittedVersions committed = committed();
    assertThat(committed.last()).isEqualTo(written.get(VERSIONS - 1));
    for (int number = 0; number < VERSIONS - 1; number++) {
      WeightVersion lean = committed.get(number);
      assertThat(lean.getMetrics()).isEmpty();
      assertThat(lean.getOutcomes()).isEmpty();
      for (InputRange range : lean.getInputs()) {
        for (Skipped run : range.getSkipped()) {
          assertThat(run.getReason()).isEqualTo("stale");
          run.setReason(STALE);
        }
      }
      lean.setMetrics(written.get(number).getMetrics());
      lean.setOutcomes(written.get(number).getOutcomes());
      assertThat(lean).isEqualTo(written.get(number));
      assertThat(committed.sha256(number)).isEqualTo(RecordDigest.of(records.get(number).value()));
    }
    assertThat(committed.get(1).getConfig()).isSameAs(committed.get(199).getConfig());
    assertThat(committed.get(1).getEnvironment()).isSameAs(committed.get(199).getEnvironment());
    assertThat(committed.divergences()).containsExactly(divergence(119));
    assertThat(committed.anchorOffsets()).containsExactly(0L, 1500L, 3000L, 4500L, 6000L, 7500L);
    assertThat(committed.referenceSha256()).isEqualTo(hash("actor", 0));
  }

  @Test
  void metricsOfAVersionAreReadAgain() {
    MockConsumer<byte[], byte[]> consumer = consumer();
    List<WeightVersion> told = new ArrayList<>();
    consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
    CommittedVersions committed = CommittedVersions.read(consumer, TOPICS, told::add);
    assertThat(told).isEqualTo(written);

    MockConsumer<byte[], byte[]> later = consumer();
    later.schedulePollTask(() -> records.subList(7, VERSIONS).forEach(later::addRecord));
    assertThat(committed.whole(7, later)).isEqualTo(written.get(7));
  }

  @Test
  void aRecordThatWasExchangedSinceIsNotTakenForTheVersion() {
    CommittedVersions committed = committed();
    MockConsumer<byte[], byte[]> consumer = consumer();
    ConsumerRecord<byte[], byte[]> other =
        new ConsumerRecord<>(WEIGHTS.topic(), 0, 14, null, records.get(8).value());
    consumer.schedulePollTask(() -> consumer.addRecord(other));
    assertThatThrownBy(() -> committed.whole(7, consumer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("version 7 stood at offset 14");
  }

  private static MockConsumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updateBeginningOffsets(Map.of(WEIGHTS, 0L));
    consumer.updateEndOffsets(Map.of(WEIGHTS, 2L * VERSIONS - 1));
    return consumer;
  }
}
