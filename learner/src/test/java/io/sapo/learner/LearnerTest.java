package io.sapo.learner;

import static io.sapo.learner.TestRuns.CONFIG;
import static io.sapo.learner.TestRuns.UPDATES;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.recovery.FoldEnvironment;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.learner.replay.WhatIf;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.schemas.Credit;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.weights.NativeWeights;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole learner on a real broker: what is committed. */
class LearnerTest {
  @TempDir static Path folder;
  private static TestRuns runs;
  private static Run first;
  private static List<WeightVersion> undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    runs = TestRuns.in(folder);
    TestRuns.Undisturbed trained = runs.trainUndisturbed();
    first = trained.run();
    undisturbed = trained.versions();
  }

  @AfterAll
  static void stopBroker() {
    runs.close();
  }

  @Test
  void commitsAChainThatAccountsForEveryRecordOnce() {
    assertThat(undisturbed).hasSize(UPDATES + 1);
    long next = 0;
    for (WeightVersion version : undisturbed.subList(1, UPDATES + 1)) {
      InputRange range = version.getInputs().get(0);
      assertThat(range.getFrom()).isEqualTo(next);
      assertThat(range.getTrained()).isEqualTo(CONFIG.batch().size());
      assertThat(range.getSkipped()).isEmpty();
      next = range.getTo();
      assertThat(version.getTrainedTotal()).isEqualTo(version.getVersion() * CONFIG.batch().size());
      assertThat(version.getConfigDigest()).isEqualTo(CONFIG.digest());
      assertThat(LearnerConfig.fromJson(version.getConfig())).isEqualTo(CONFIG);
      assertThat(version.getMetrics()).containsKeys("share_wait", "share_update", "kl_reference");
    }
    assertThat(undisturbed.get(UPDATES).getTrajectoryPositions())
        .containsEntry("0", (long) UPDATES * CONFIG.batch().size() / 4);
  }

  @Test
  void whatIsTheSameForAllVersionsIsHeldOnce() {
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test")) {
      CommittedVersions lean = CommittedVersions.read(reader, first.topics());
      assertThat(lean.last()).isEqualTo(undisturbed.get(UPDATES));
      assertThat(lean.get(1).getMetrics()).isEmpty();
      assertThat(lean.get(1).getOutcomes()).isEmpty();
      assertThat(lean.get(1).getConfig()).isSameAs(lean.last().getConfig());
      assertThat(lean.get(1).getEnvironment()).isSameAs(lean.last().getEnvironment());
      assertThat(lean.sha256(1)).isEqualTo(first.committed().sha256(1));
      WeightVersion whole = lean.get(1);
      whole.setMetrics(undisturbed.get(1).getMetrics());
      whole.setOutcomes(undisturbed.get(1).getOutcomes());
      assertThat(whole).isEqualTo(undisturbed.get(1));
    }
  }

  /** Where memory was given back by the setting, a restart must not take it all the same. */
  @Test
  void whatIsFoldedAgainKeepsNoMoreActivationsThanTheSettingAllows() throws Exception {
    LearnerOptions options = first.options(UPDATES, FaultHook.NONE);
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test");
        FoldResources resources = FoldResources.open(CONFIG, options, TinyRun.base());
        RecordedRun recorded = first.recorded(reader, 0)) {
      StateLoader loader =
          new StateLoader(CONFIG, options, new LearnerClients(runs.kafka()), resources, () -> 0);
      assertThat(loader.update(CONFIG, () -> {}).activationBytes())
          .isEqualTo(options.activationBytes());
      assertThat(recorded.update(CONFIG).activationBytes()).isZero();
      List<WhatIf.Comparison> found = new ArrayList<>();
      // To the version before by folding again, which checks the bits.
      new WhatIf(recorded, config -> config, UnaryOperator.identity())
          .run(4, 4, reached -> {}, found::add);
      assertThat(found)
          .singleElement()
          .satisfies(
              same -> {
                assertThat(same.sameWeights()).isTrue();
                assertThat(same.recorded()).isEqualTo(undisturbed.get(4).getMetrics());
              });
    }
  }

  @Test
  void skipsWithAReasonWhatCannotBeTrainedAndGoesOn() throws Exception {
    Run run = runs.create();
    Random random = new Random(1);
    run.send(List.of(TinyRun.trajectory(0, 0, random)));
    run.sendAll(
        List.of(new ProducerRecord<>(run.topics().segments().name(), new byte[] {1, 2, 3})));
    SegmentedTrajectory future = TinyRun.trajectory(1, 9, random);
    run.send(List.of(future));
    run.send(
        IntStream.range(0, 2 * CONFIG.batch().size() - 1)
            .mapToObj(i -> TinyRun.trajectory(2 + i, 0, random))
            .toList());
    run.learner(2, FaultHook.NONE).run();
    List<WeightVersion> versions = run.versions();
    InputRange first = versions.get(1).getInputs().get(0);
    assertThat(first.getTo()).isEqualTo(CONFIG.batch().size() + 2);
    assertThat(first.getSkipped()).extracting("offset").containsExactly(1L, 2L);
    assertThat(first.getSkipped().get(0).getReason()).startsWith("not-a-record");
    assertThat(first.getSkipped().get(1).getReason()).startsWith("future");
    assertThat(versions.get(2).getConsumedTotal()).isEqualTo(2L * CONFIG.batch().size() + 2);
    try (Admin admin = Admin.create(runs.kafka())) {
      Map<TopicPartition, OffsetAndMetadata> offsets =
          admin
              .listConsumerGroupOffsets(run.topics().prefix() + "learner")
              .partitionsToOffsetAndMetadata()
              .get();
      assertThat(offsets.get(new TopicPartition(run.topics().segments().name(), 0)).offset())
          .isEqualTo(2L * CONFIG.batch().size() + 2);
    }
  }

  @Test
  void staleTrajectoriesAreNotTrainedOn() throws Exception {
    Run run = runs.create();
    Random random = new Random(1);
    run.send(
        IntStream.range(0, 4 * CONFIG.batch().size())
            .mapToObj(i -> TinyRun.trajectory(i, i < 3 * CONFIG.batch().size() ? 0 : 2, random))
            .toList());
    run.learner(3, FaultHook.NONE).run();
    InputRange third = run.versions().get(3).getInputs().get(0);
    assertThat(third.getSkipped()).as("a run with one reason").hasSize(1);
    assertThat(InputRanges.skipped(third)).isEqualTo(CONFIG.batch().size());
    assertThat(third.getSkipped().get(0).getReason()).startsWith("stale: begun 2 versions ago");
    assertThat(run.versions().get(2).getMetrics()).containsEntry("staleness_max", 1.0);
  }

  @Test
  void creditsAreWrittenForEveryTrainedTrajectory() {
    List<Credit> credits;
    try (Consumer<byte[], byte[]> reader =
        new LearnerClients(runs.kafka()).committedReader("test")) {
      credits = TestRuns.read(reader, first.topics().credits(), 0, UPDATES * CONFIG.batch().size());
    }
    List<SegmentedTrajectory> records = records();
    for (int i = 0; i < records.size(); i++) {
      Credit credit = credits.get(i);
      assertThat(credit.getTrajectoryId())
          .isEqualTo(records.get(i).getTrajectory().getTrajectoryId());
      assertThat(credit.getVersion()).isEqualTo(i / CONFIG.batch().size() + 1);
      int segments = PackedArrays.count(records.get(i).getSegmentEnds(), Integer.BYTES);
      for (ByteBuffer array :
          List.of(
              credit.getValues(),
              credit.getAdvantages(),
              credit.getReturns(),
              credit.getRatios(),
              credit.getBehaviourRatios())) {
        assertThat(PackedArrays.floats(array)).hasSize(segments).doesNotContain(Float.NaN);
      }
    }
  }

  @Test
  void publishedChunksAreTheActor() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.learner(UPDATES, FaultHook.NONE).run();
    try (PublishedWeights published = NativeWeights.of(ElementType.F32);
        Consumer<byte[], byte[]> reader =
            new LearnerClients(runs.kafka()).committedReader("test")) {
      for (WeightVersion version : run.versions()) {
        published.apply(
            version.getVersion(),
            version.getParent(),
            version.getAnchor(),
            version.getChunkCount(),
            TestRuns.chunks(reader, run.topics(), version).iterator());
        assertThat(NativeWeights.sha256(published)).isEqualTo(version.getActorSha256());
      }
    }
    assertThat(run.versions())
        .extracting(WeightVersion::getEnvironment)
        .containsOnly(FoldEnvironment.measure(TinyRun.base(), CheckpointFolder.open(runs.model())));
    assertThat(run.versions())
        .extracting("anchor")
        .containsExactly(true, false, false, true, false, false);
  }

  @Test
  void ofPublishedWeightsTheNewestTwoAnchorsAlwaysStay() throws Exception {
    Run run = runs.create();
    run.send(records());
    run.frugalLearner(3).run();
    run.frugalLearner(UPDATES).run();
    List<Long> anchors =
        run.versions().stream()
            .filter(WeightVersion::getAnchor)
            .map(WeightVersion::getFirstChunkOffset)
            .toList();
    assertThat(anchors).hasSizeGreaterThan(2);
    TopicPartition chunks = new TopicPartition(run.topics().weightChunks().name(), 0);
    try (Consumer<byte[], byte[]> reader = new LearnerClients(runs.kafka()).rangeReader("test")) {
      assertThat(reader.beginningOffsets(List.of(chunks)))
          .containsEntry(chunks, anchors.get(anchors.size() - 2));
    }
  }
}
