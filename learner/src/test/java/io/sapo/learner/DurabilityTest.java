package io.sapo.learner;

import static io.sapo.learner.TestRuns.CONFIG;
import static io.sapo.learner.TestRuns.UPDATES;
import static io.sapo.learner.TestRuns.killAt;
import static io.sapo.learner.TestRuns.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.commit.FencedException;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a learner makes of logs and checkpoints that are not as it left them, and of forks. */
class DurabilityTest {
  @TempDir static Path folder;
  private static TestRuns runs;
  private static List<WeightVersion> undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    runs = TestRuns.in(folder);
    undisturbed = runs.trainUndisturbed().versions();
  }

  @AfterAll
  static void stopBroker() {
    runs.close();
  }

  @Test
  void acceptedDivergenceIsRecordedAndLaterRecoveriesGoOnFromIt() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records());
    assertThatThrownBy(() -> run.learner(UPDATES, killAt(FaultPoint.COMMITTED, 4)).run())
        .isInstanceOf(Killed.class);
    TestRuns.Run forged = runs.create();
    forged.send(TinyRun.trajectories(UPDATES, CONFIG.batch().size(), 4));
    forged.sendAll(run.versionsFor(forged));
    run.copyData(forged);
    LearnerOptions accepting = forged.options(4, killAt(FaultPoint.COMMITTED, 1), true);
    assertThatThrownBy(
            () -> new Learner(CONFIG, accepting, TinyRun.base(), Clock.systemUTC()).run())
        .isInstanceOf(Killed.class);
    List<WeightVersion> versions = forged.versions();
    assertThat(versions.get(3).getDivergences()).isEmpty();
    assertThat(versions.get(4).getDivergences())
        .singleElement()
        .satisfies(d -> assertThat(d.getVersion()).isEqualTo(3))
        .satisfies(
            d -> assertThat(d.getActorSha256()).isNotEqualTo(versions.get(3).getActorSha256()));
    // Version 4 was made from what was folded; recovery folds 3 and 4 again, asking nobody.
    assertThat(forged.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    assertThat(forged.versions().get(UPDATES).getDivergences()).isEmpty();
  }

  @Test
  void aForkGoesOnAsItsParentWouldHave() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records());
    run.learner(4, FaultHook.NONE).run();
    TestRuns.Run fork = runs.create();
    LearnerOptions options = fork.options(UPDATES, FaultHook.NONE);
    WeightVersion first;
    try (Consumer<byte[], byte[]> reader =
            new LearnerClients(runs.kafka()).committedReader("test");
        RecordedRun parent = run.recorded(reader)) {
      Fork begun = new Fork(parent, run.topics().prefix(), options, Clock.systemUTC());
      first = begun.begin(3, version -> {});
      assertThatThrownBy(() -> begun.begin(3, version -> {}))
          .hasMessageContaining("holds versions up to 3");
    }
    assertThat(first.getOrigin())
        .isEqualTo(
            new ForkOrigin(
                "a-run", run.topics().prefix(), 3L, undisturbed.get(0).getActorSha256()));
    assertThat(first.getParentSha256()).isEqualTo(run.committed().sha256(3));
    fork.send(records().subList(3 * CONFIG.batch().size(), UPDATES * CONFIG.batch().size()));
    assertThatThrownBy(() -> fork.learner(UPDATES, killAt(FaultPoint.COMMITTED, 1)).run())
        .isInstanceOf(Killed.class);
    assertThat(fork.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    List<WeightVersion> versions = fork.versions();
    assertThat(versions).hasSize(3);
    for (WeightVersion version : versions) {
      WeightVersion parents = undisturbed.get((int) version.getVersion());
      assertThat(version.getActorSha256()).isEqualTo(parents.getActorSha256());
      assertThat(version.getOptimizerSha256()).isEqualTo(parents.getOptimizerSha256());
    }
    assertThat(versions.get(2).getTrainedTotal()).isEqualTo(2L * CONFIG.batch().size());
  }

  @Test
  void anExchangedCommitRecordBreaksTheChainAndADamagedOneIsNamed() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records());
    run.learner(3, FaultHook.NONE).run();
    TestRuns.Run exchanged = runs.create();
    List<ProducerRecord<byte[], byte[]>> records = run.versionsFor(exchanged);
    WeightVersion other = run.versions().get(2);
    other.setKlCoefficient(other.getKlCoefficient() + 1e-9);
    records.set(2, RecordDigest.sealed(exchanged.topics().weights().record("2", other)));
    exchanged.sendAll(records);
    assertThatThrownBy(exchanged::committed)
        .hasMessageContaining("offset 3")
        .hasMessageContaining("version 3 was made from a version 2 whose record hashes to");

    TestRuns.Run damaged = runs.create();
    ProducerRecord<byte[], byte[]> record =
        RecordDigest.sealed(damaged.topics().weights().record("0", run.versions().get(0)));
    record.value()[record.value().length / 2] ^= 1;
    damaged.sendAll(List.of(record));
    assertThatThrownBy(() -> damaged.learner(2, FaultHook.NONE).run())
        .hasMessageContaining(damaged.topics().weights().name())
        .hasMessageContaining("offset 0")
        .hasMessageContaining("its header says");
  }

  @Test
  void aTopicThatHasLostItsEndIsNotContinuedInSilence() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records());
    run.learner(2, FaultHook.NONE).run();
    TestRuns.Run shortened = runs.create(run.data());
    shortened.send(records());
    shortened.sendAll(run.versionsFor(shortened).subList(0, 2));
    try (Admin admin = Admin.create(runs.kafka())) {
      admin
          .alterConsumerGroupOffsets(
              shortened.topics().prefix() + "learner",
              Map.of(
                  new TopicPartition(shortened.topics().segments().name(), 0),
                  new OffsetAndMetadata(2L * CONFIG.batch().size())))
          .all()
          .get();
    }
    assertThatThrownBy(() -> shortened.learner(2, FaultHook.NONE).run())
        .hasMessageContaining("has lost the end of that topic");
    assertThat(run.data().resolve("checkpoints/version-0000000002")).isDirectory();
  }

  @Test
  void aDamagedReferencePolicyIsAClearStop() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records());
    run.learner(2, FaultHook.NONE).run();
    Path weights = run.data().resolve("checkpoints/version-0000000000/actor/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 3] ^= 1;
    Files.write(weights, bytes);
    assertThatThrownBy(() -> run.learner(UPDATES, FaultHook.NONE).run())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("the reference policy hashes to")
        .hasMessageContaining(undisturbed.get(0).getActorSha256());
  }

  @Test
  @Timeout(60)
  void aLearnerThatWasLeftBehindFindsOutByRecordsOfVersionsItDoesNotKnow() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(records().subList(0, CONFIG.batch().size()));
    run.send(List.of(TinyRun.trajectory(99, 9, new Random(1))));
    FaultHook rival = TestRuns.onCommit(1, reached -> run.takeOver());
    assertThatThrownBy(() -> run.learner(UPDATES, rival).run())
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("another learner has taken over");
  }

  @Test
  void aRecordOfTheFutureAloneEndsNobody() throws Exception {
    TestRuns.Run run = runs.create();
    run.send(List.of(TinyRun.trajectory(99, 9, new Random(1))));
    run.send(records().subList(0, CONFIG.batch().size()));
    assertThat(run.learner(1, FaultHook.NONE).run()).isEqualTo(1);
    assertThat(run.versions().get(1).getInputs().get(0).getSkipped()).hasSize(1);
  }
}
