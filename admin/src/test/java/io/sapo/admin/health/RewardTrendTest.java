package io.sapo.admin.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Condition {@code reward} on simulated updates: groups of rollouts of tasks that are mostly solved
 * or mostly not (pass rates are Beta distributed with a = 0.8 m, b = 0.8 (1 - m)).
 */
class RewardTrendTest {
  private static final int UPDATES = 2_000;
  private static final double DROP = 0.2;

  private final Random random = new Random(7);
  private final HealthyRun run = new HealthyRun();
  private long version = 1;

  private boolean failsAfter(double reward, double drop) {
    run.version(++version, HealthyRun.NOW, Map.of("reward", reward), 0);
    return RewardTrend.judge(run.state.versions().rewards(), drop).state()
        == Condition.State.FAILING;
  }

  private double update(double mean, int tasks, int rollouts) {
    int right = 0;
    for (int task = 0; task < tasks; task++) {
      double passRate = beta(0.8 * mean, 0.8 * (1 - mean));
      for (int rollout = 0; rollout < rollouts; rollout++) {
        right += random.nextDouble() < passRate ? 1 : 0;
      }
    }
    return (double) right / (tasks * rollouts);
  }

  /** Jöhnk's method, for a and b below one. */
  private double beta(double a, double b) {
    while (true) {
      double x = Math.pow(random.nextDouble(), 1 / a);
      double y = Math.pow(random.nextDouble(), 1 / b);
      if (x + y > 0 && x + y <= 1) {
        return x / (x + y);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"32, 8", "16, 16", "8, 8", "4, 4"})
  void aPolicyThatDoesNotChangeHasNotFallen(int tasks, int rollouts) {
    int alerts = 0;
    for (int i = 0; i < UPDATES; i++) {
      alerts += failsAfter(update(0.5, tasks, rollouts), DROP) ? 1 : 0;
    }
    assertThat(alerts).isLessThan(UPDATES / 100);
  }

  /** Rewards of one's own may have any unit, in which the setting may be next to nothing. */
  @ParameterizedTest
  @CsvSource({"32, 8", "8, 8"})
  void neitherHasOneWhoseRewardsAreInAnotherUnit(int tasks, int rollouts) {
    int alerts = 0;
    for (int i = 0; i < UPDATES; i++) {
      alerts += failsAfter(2_000 * update(0.5, tasks, rollouts) - 1_000, DROP) ? 1 : 0;
    }
    assertThat(alerts).isLessThan(UPDATES / 100);
  }

  @ParameterizedTest
  @CsvSource({"32, 8", "16, 16", "8, 8"})
  void aFallIsSeenWithinSomeUpdates(int tasks, int rollouts) {
    for (int i = 0; i < 500; i++) {
      assertThat(failsAfter(update(0.6, tasks, rollouts), DROP)).isFalse();
    }
    int after = 1;
    while (!failsAfter(update(0.2, tasks, rollouts), DROP)) {
      after++;
      assertThat(after).isLessThan(30);
    }
  }

  @Test
  void aRunThatIsRuinedEarlyIsSeen() {
    for (int i = 0; i < 12; i++) {
      assertThat(failsAfter(0.8 + i % 2 * 0.05, DROP)).isFalse();
    }
    boolean failing = false;
    for (int i = 0; i < 20; i++) {
      failing = failsAfter(0.1, DROP);
    }
    assertThat(failing).isTrue();
    assertThat(run.failing()).containsExactly("reward");
    assertThat(run.reason("reward"))
        .isEqualTo(
            "mean reward 0.100 ± 0.000 in the last 20 updates; the best was 0.825 ± 0.026 up to"
                + " version 13");
  }

  /** A fall of less than the setting is none, however certain. */
  @Test
  void aSmallFallIsNone() {
    for (int i = 0; i < 60; i++) {
      assertThat(failsAfter(i < 30 ? 0.9 : 0.75, DROP)).isFalse();
    }
  }
}
