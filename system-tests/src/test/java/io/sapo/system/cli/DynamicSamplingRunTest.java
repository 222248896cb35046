package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in which nine groups in ten have no signal, since nothing that is said to their tasks
 * counts as right: it is stopped, folded again from its beginning, continued, replayed.
 */
class DynamicSamplingRunTest {
  private static final int UPDATES = 4;
  private static final int BATCH = 4;

  @TempDir private Path folder;

  /** Of ten tasks one has an answer that is ever given. */
  private static List<ChainRun.Sum> tasks(int count, String end) {
    List<ChainRun.Sum> sums = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int start = i % 10;
      sums.add(
          new ChainRun.Sum(
              start + "a+9b-3c+8d-2e+7f+9g-4h+8" + end + "?", start == 3 ? start + 32 : -9999));
    }
    return sums;
  }

  @Test
  void batchesAreFullOfSignalAndFoldedAgainToTheSameBits() throws IOException {
    ChainRun run =
        new ChainRun(
            folder,
            List.of(
                "learner.batch-size=" + BATCH,
                "learner.mini-batch-size=" + BATCH,
                "learner.dynamic-sampling=200",
                "learner.actor.learning-rate=1e-4",
                "producer.rollouts-per-task=4"));
    run.writeTasks(tasks(20, ""), tasks(2, "+1"));
    run.train(UPDATES / 2);
    forgetCheckpointsAfterTheFirst(run.data());
    run.train(UPDATES);
    run.assertReplayedAndAudited(UPDATES);

    double dropped = 0;
    for (WeightVersion version : run.versions().subList(1, UPDATES + 1)) {
      Map<String, Double> metrics = version.getMetrics();
      double here = metrics.get("no_signal_dropped");
      assertThat(metrics).containsEntry("trained", (double) BATCH);
      assertThat(metrics)
          .as("none of those trained on is without signal")
          .containsEntry("no_signal", here / (BATCH + here));
      assertThat(metrics.get("staleness_max")).isLessThanOrEqualTo(1);
      dropped += here;
    }
    assertThat(dropped / (dropped + UPDATES * BATCH)).as("without signal").isGreaterThan(0.85);
  }

  /** The learner has to fold what was committed since from the log alone. */
  private void forgetCheckpointsAfterTheFirst(Path data) throws IOException {
    Path checkpoints = data.resolve("learner/checkpoints");
    List<Path> later;
    try (var all = Files.list(checkpoints)) {
      later = all.filter(path -> !path.endsWith("version-0000000000")).toList();
    }
    assertThat(later).isNotEmpty();
    for (Path checkpoint : later) {
      Files.move(checkpoint, folder.resolve(checkpoint.getFileName()));
    }
  }
}
