package io.sapo.system.cluster;

import static io.sapo.system.cluster.RestartableRun.BATCH;
import static io.sapo.system.cluster.RestartableRun.PATIENCE;
import static io.sapo.system.cluster.RestartableRun.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.standalone.run.RoleKind;
import io.sapo.testing.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Published weights of which a disk gives back other bytes than were written. */
class DamagedWeightsTest {
  @TempDir Path folder;

  /** Older weights may not be generated with, and no trajectory waits that would make a batch. */
  @Test
  @Timeout(240)
  void aRunThatWaitsForThemGoesOn() throws Exception {
    try (RestartableRun run = new RestartableRun(folder, "learner.anchor-every=1000")) {
      run.start();
      run.awaitVersions(3);
      run.stop(RoleKind.PRODUCER);
      long before = run.count(TOPICS.trajectories().name(), record -> true) / BATCH;
      Await.until("full batches trained on", PATIENCE, () -> run.newest() == before);
      run.close();
      DamagedLog.damage(run.brokerFolder(), TOPICS.weightChunks().name(), 0, 0);
      run.start();
      run.awaitVersions(before + 3);
      run.assertNothingFailed();
      assertThat(run.versions().get((int) before + 1).getMetrics())
          .containsEntry("published_again", 1.0);
    }
  }
}
