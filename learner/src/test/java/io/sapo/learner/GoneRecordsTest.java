package io.sapo.learner;

import static io.sapo.learner.TestRuns.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TestRuns.Killed;
import io.sapo.learner.TestRuns.Run;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a broker deletes before it was used does not end a run. */
@Timeout(120)
class GoneRecordsTest {
  @TempDir Path folder;
  private TestRuns runs;
  private Run run;

  @BeforeEach
  void begin() throws Exception {
    runs = TestRuns.in(folder);
    run = runs.create();
  }

  @AfterEach
  void stopBroker() {
    runs.close();
  }

  private void send(int count, long version, long seed) {
    Random random = new Random(seed);
    run.send(
        IntStream.range(0, count)
            .mapToObj(number -> TinyRun.trajectory(number, version, random))
            .toList());
  }

  private void delete(String topic, long before) throws Exception {
    try (Admin admin = Admin.create(runs.kafka())) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(before)))
          .all()
          .get();
    }
  }

  @Test
  void segmentsThatExpiredAreLostAndTheRunGoesOn() throws Exception {
    int batch = CONFIG.batch().size();
    send(batch, 0, 1);
    run.learner(1, FaultHook.NONE).run();
    send(batch, 1, 2);
    delete(run.topics().segments().name(), batch + 5);
    send(batch, 1, 3);
    FaultHook kill = TestRuns.killAt(FaultPoint.COMMITTED, 1);
    assertThatThrownBy(() -> run.learner(2, kill).run()).isInstanceOf(Killed.class);
    send(batch, 2, 4);
    assertThat(run.learner(3, FaultHook.NONE).run()).isEqualTo(3);
    List<WeightVersion> versions = run.versions();
    InputRange second = versions.get(2).getInputs().get(0);
    assertThat(second.getFrom()).isEqualTo(batch);
    assertThat(second.getTo()).isEqualTo(batch + 5 + batch);
    assertThat(second.getTrained()).isEqualTo(batch);
    Skipped lost = second.getSkipped().get(0);
    assertThat(lost.getReason()).isEqualTo("lost: offsets 8 to 12 expired before they were read");
    assertThat(lost.getTo()).isEqualTo(batch + 5);
    assertThat(lost.getRecords()).isZero();
    assertThat(versions.get(3).getConsumedTotal()).isEqualTo(3L * batch);
  }

  private void makeAnew(String topic) {
    try (Admin admin = Admin.create(runs.kafka())) {
      admin.deleteTopics(List.of(topic)).all().get();
      while (admin.listTopics().names().get().contains(topic)) {
        Thread.sleep(20);
      }
      assertThat(new TopicAdmin(admin, run.topics()).createAndCheck((short) 1)).isEmpty();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * What arrives there would be taken for consumed until it has come as far as the old topic had.
   */
  @Test
  void segmentsThatWereMadeAnewAreNamedBeforeAnythingIsFolded() throws Exception {
    int batch = CONFIG.batch().size();
    send(batch, 0, 1);
    FaultHook kill = TestRuns.killAt(FaultPoint.COMMITTED, 2);
    assertThatThrownBy(() -> run.learner(2, kill).run()).isInstanceOf(Killed.class);
    makeAnew(run.topics().segments().name());
    send(batch - 2, 1, 2);
    assertThatThrownBy(() -> run.learner(2, FaultHook.NONE).run())
        .hasMessageContaining(
            "version 1 has consumed partition 0 of " + run.topics().segments().name())
        .hasMessageContaining("up to offset %d, but that topic ends at offset %d", batch, batch - 2)
        .hasMessageContaining("made anew");
    try (var reader = new LearnerClients(runs.kafka()).rangeReader("test")) {
      RecordedBatches batches =
          new RecordedBatches(
              reader, run.topics().segments().name(), new Admission(TinyRun.model(), null, 64));
      assertThatThrownBy(() -> batches.read(run.versions().get(1)))
          .hasMessageContaining("but the log holds " + (batch - 2));
    }
  }

  @Test
  void versionsAreNotWrittenIntoATopicThatWasMadeAnew() throws Exception {
    int batch = CONFIG.batch().size();
    send(2 * batch, 0, 1);
    FaultHook remake =
        reached -> {
          if (reached == FaultPoint.UPDATE_APPLIED && run.versions().size() == 2) {
            makeAnew(run.topics().weights().name());
          }
        };
    assertThatThrownBy(() -> run.learner(2, remake).run())
        .hasMessageContaining("version 2 would lie at offset 0 of " + run.topics().weights().name())
        .hasMessageContaining("made anew");
  }

  @Test
  void commitRecordsThatWereDeletedAreNamed() throws Exception {
    send(CONFIG.batch().size(), 0, 1);
    run.learner(1, FaultHook.NONE).run();
    delete(run.topics().weights().name(), 1);
    assertThatThrownBy(() -> run.learner(2, FaultHook.NONE).run())
        .hasMessageContaining("begins at offset 1: commit records")
        .hasMessageContaining("retention.ms=-1");
  }

  @Test
  void weightsThatWereDeletedArePublishedAgain() throws Exception {
    int batch = CONFIG.batch().size();
    send(batch, 0, 1);
    run.learner(1, FaultHook.NONE).run();
    WeightVersion before = run.versions().get(1);
    delete(run.topics().weightChunks().name(), before.getFirstChunkOffset() + 1);
    send(batch, 1, 2);
    FaultHook kill = TestRuns.killAt(FaultPoint.COMMITTED, 2);
    assertThatThrownBy(() -> run.learner(3, kill).run()).isInstanceOf(Killed.class);
    assertThat(new CheckpointStore(run.data()).versions())
        .as("of every second version, whatever it was made of")
        .contains(2L);
    send(batch, 3, 3);
    assertThat(run.learner(4, FaultHook.NONE).run()).isEqualTo(4);
    List<WeightVersion> versions = run.versions();
    WeightVersion again = versions.get(2);
    assertThat(again.getActorSha256()).isEqualTo(before.getActorSha256());
    assertThat(again.getOptimizerSha256()).isEqualTo(before.getOptimizerSha256());
    assertThat(again.getAnchor()).isTrue();
    assertThat(again.getChunkCount()).isPositive();
    assertThat(again.getConsumedTotal()).isEqualTo(batch);
    assertThat(again.getMetrics()).containsEntry("published_again", 1.0);
    assertThat(versions.get(3).getTrainedTotal()).isEqualTo(2L * batch);
    assertThat(versions.get(3).getMetrics()).doesNotContainKey("published_again");
  }

  @Test
  void weightsThatNoProducerCanReadArePublishedAgain() throws Exception {
    int batch = CONFIG.batch().size();
    send(batch, 0, 1);
    run.learner(1, FaultHook.NONE).run();
    run.sendAll(
        List.of(run.topics().status().record("producer/one", RepublicationTest.status(0, "1"))));
    assertThat(run.learner(2, FaultHook.NONE).run()).isEqualTo(2);
    WeightVersion before = run.versions().get(1);
    WeightVersion again = run.versions().get(2);
    assertThat(again.getActorSha256()).isEqualTo(before.getActorSha256());
    assertThat(again.getAnchor()).isTrue();
    assertThat(again.getMetrics()).containsEntry("published_again", 1.0);
    assertThat(again.getConsumedTotal()).isEqualTo(batch);
  }
}
