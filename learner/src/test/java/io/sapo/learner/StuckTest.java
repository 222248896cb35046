package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.Status;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A training thread that stands still is noticed, one that waits is not taken for such a one. */
@Timeout(120)
class StuckTest {
  private static final Duration LONG = Duration.ofMillis(1_500);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void standingStillShowsInHeartbeatsAndWaitingDoesNot() throws Exception {
    try (TestRuns runs = TestRuns.in(folder)) {
      TestRuns.Run run = runs.create();
      CountDownLatch atUpdate = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      FaultHook stuck =
          point -> {
            if (point == FaultPoint.UPDATE_APPLIED) {
              atUpdate.countDown();
              awaitUninterruptibly(goOn);
            }
          };
      Learner learner = run.learner(1, stuck);
      Thread training = new Thread(() -> train(learner), "training");
      training.start();
      learner.ready().get();
      Thread.sleep(2 * LONG.toMillis());
      Await.until(
          "a beat while it waits for records",
          PATIENCE,
          () -> learner.liveness().sinceBeat().compareTo(LONG) < 0);
      run.send(TinyRun.trajectories(1, TinyRun.config(Algorithm.SAPO).batch().size(), 3));
      atUpdate.await();
      Await.until(
          "a learner that stands still",
          PATIENCE,
          () -> learner.liveness().sinceBeat().compareTo(LONG) > 0);
      assertThat(learner.liveness().where()).contains("training").contains("StuckTest");
      Await.until(
          "a heartbeat that says so",
          PATIENCE,
          () -> saidByLearner(runs, run) > LONG.toMillis() / 1e3);
      goOn.countDown();
      training.join();
      assertThat(learner.liveness().sinceBeat()).as("ended").isZero();
    }
  }

  private static void train(Learner learner) {
    try {
      learner.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static double saidByLearner(TestRuns runs, TestRuns.Run run) {
    double said = 0;
    try (Consumer<byte[], byte[]> reader =
        new LearnerClients(runs.kafka()).rangeReader("test-status")) {
      TopicPartition partition = new TopicPartition(run.topics().status().name(), 0);
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      long end = reader.endOffsets(List.of(partition)).get(partition);
      while (reader.position(partition) < end) {
        for (var record : reader.poll(Duration.ofMillis(200))) {
          Status status = run.topics().status().codec().decode(record.value());
          if (status.getComponent() == Component.LEARNER) {
            said = Math.max(said, status.getGauges().get(Liveness.GAUGE));
          }
        }
      }
    }
    return said;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
