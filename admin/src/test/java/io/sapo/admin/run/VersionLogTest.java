package io.sapo.admin.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.WeightVersion;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is remembered of a run longer than the log. */
class VersionLogTest {
  private static final int LIMIT = 20;
  private final VersionLog log = new VersionLog(LIMIT);

  private static WeightVersion.Builder version(long n, Map<String, Double> metrics) {
    return WeightVersion.newBuilder()
        .setVersion(n)
        .setParent(n - 1)
        .setRunId("r")
        .setCommittedAtMs(n)
        .setInputs(List.of())
        .setTrajectoryPositions(Map.of())
        .setConsumedTotal(n)
        .setTrainedTotal(n)
        .setActorSha256("a")
        .setOptimizerSha256("o")
        .setKlCoefficient(0)
        .setConfigDigest("c")
        .setConfig("{}")
        .setElementType(ElementType.F32)
        .setAnchor(true)
        .setAnchorVersion(n)
        .setFirstChunkOffset(0)
        .setChunkCount(1)
        .setCheckpointVersion(n)
        .setMetrics(metrics);
  }

  private static WeightVersion entropy(long n, double entropy) {
    return version(n, Map.of(Metric.ENTROPY, entropy)).build();
  }

  private void add(WeightVersion record) {
    log.add(new Position(0, 2 * record.getVersion()), record);
  }

  @Test
  void theFirstUpdatesSeenAreNotTheRunsFirst() {
    for (long n = 50; n <= 70; n++) {
      add(entropy(n, 0.1));
    }
    assertThat(log.firstEntropy()).isNaN();
    add(version(0, Map.of()).build());
    for (long n = 1; n <= 30; n++) {
      log.addBeginning(entropy(n, n > 10 ? 9 : n / 10.0));
    }
    assertThat(log.firstEntropy()).isEqualTo(1.0);
    assertThat(log.get(5)).as("not among the newest").isEmpty();
  }

  @Test
  void aForkBeginsWithTheVersionItWasForkedFrom() {
    ForkOrigin origin = new ForkOrigin("other", "other.", 400L, "f");
    log.addBeginning(version(400, Map.of(Metric.ENTROPY, 7.0)).setOrigin(origin).build());
    for (long n = 401; n <= 420; n++) {
      add(entropy(n, n > 410 ? 9 : 0.5));
    }
    assertThat(log.firstEntropy()).isEqualTo(0.5);
  }

  @Test
  void theBestRewardOutlivesTheLog() {
    for (long n = 1; n <= 200; n++) {
      double reward = n <= 40 ? 0.9 : 0.2;
      add(version(n, Map.of(Metric.REWARD, reward + n % 2 * 0.01)).build());
    }
    RewardWindows.Comparison rewards = log.rewards().orElseThrow();
    assertThat(rewards.fall()).isBetween(0.69, 0.71);
    assertThat(rewards.best().last()).isLessThanOrEqualTo(40);
    assertThat(rewards.certain()).isTrue();
  }
}
