package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that passes over what it cannot do, drops groups without signal and begins more than a
 * batch needs, stopped and continued.
 */
class CurriculumRunTest {
  @TempDir private Path folder;

  /** By turns sums that the shipped model can do now and then, and those whose answer is wrong. */
  private static List<ChainRun.Sum> tasks(int firstStart) {
    List<ChainRun.Sum> sums = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int start = firstStart + i;
      String sum = start + "a+9b-3c+8d-2e+7f+9g-4h+8?";
      sums.add(new ChainRun.Sum(sum, i % 2 == 0 ? start + 32 : -1));
    }
    return sums;
  }

  @Test
  void whatWasChosenByPassRatesIsFoldedAgainToTheSameBits() throws IOException {
    ChainRun run =
        new ChainRun(
            folder,
            List.of(
                "tasks.curriculum.skip-below=0.01",
                "tasks.curriculum.ask-anyway=0.1",
                "learner.batch-size=16",
                "learner.mini-batch-size=16",
                "learner.dynamic-sampling=2",
                "run.heartbeat=100ms"));
    run.writeTasks(tasks(1), tasks(2));
    // Three updates read six groups with a signal, and a pass has four at most: all tasks of the
    // first
    // pass have been read, so that the second start knows from its first task on which to pass
    // over.
    run.train(3);
    int updates = 6;
    run.train(updates);
    assertThat(passedOver(run)).as("tasks passed over").isPositive();
    run.assertReplayedAndAudited(updates);

    List<WeightVersion> versions = run.versions();
    for (WeightVersion version : versions.subList(1, versions.size())) {
      int read = version.getOutcomes().stream().mapToInt(TaskOutcome::getResponses).sum();
      assertThat((double) read)
          .isEqualTo(
              version.getMetrics().get("trained") + version.getMetrics().get("no_signal_dropped"));
      assertThat(version.getMetrics().get("staleness_max")).isLessThanOrEqualTo(1);
    }
  }

  /** Of every start of the producer, by the greatest count it reported. */
  private static double passedOver(ChainRun run) throws IOException {
    Map<Long, Double> passedOver = new TreeMap<>();
    run.scan(
        (kafka, scan) ->
            scan.read(
                kafka.topics().status().name(),
                record -> {
                  Status status = kafka.topics().status().codec().decode(record.value());
                  if (status.getComponent() == Component.PRODUCER) {
                    passedOver.merge(
                        status.getStartedAtMs(),
                        status.getGauges().get("passed_over_tasks_total"),
                        Math::max);
                  }
                  return false;
                }));
    return passedOver.values().stream().mapToDouble(count -> count).sum();
  }
}
