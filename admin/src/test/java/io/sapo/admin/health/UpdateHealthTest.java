package io.sapo.admin.health;

import static io.sapo.admin.health.HealthyRun.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each condition of updates, made to fail by what it is there for and by nothing else. */
class UpdateHealthTest {
  private final HealthyRun run = new HealthyRun();

  @Test
  void anUpdateThatWasLeftOut() {
    run.version(2, NOW, Map.of("entropy", 0.4, "left_out", 1.0), 0);
    assertThat(run.failing()).containsExactly("left-out");
    assertThat(run.reason("left-out")).contains("version 2");
    run.version(3, NOW, Map.of("entropy", 0.4), 0);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void whatUpdatesWereMadeFromGoesWithItsAge() {
    long day = Duration.ofDays(1).toMillis();
    run.version(2, NOW - day, Map.of("entropy", 0.4), 0);
    run.version(3, NOW - 1_000, Map.of("entropy", 0.4), 0);
    run.kept(10, 90 * day);
    assertThat(run.failing()).isEmpty();
    assertThat(run.reason("replay"))
        .isEqualTo("from version 1 on; version 1 until about 15 April 2027");
    run.kept(11, -1);
    assertThat(run.failing()).as("version 1 is checkpointed").isEmpty();
    assertThat(run.reason("replay")).isEqualTo("from version 2 on; version 2 for ever");
    run.kept(31, day);
    assertThat(run.failing()).containsExactly("replay");
    assertThat(run.reason("replay")).contains("after version 1", "checkpoint");
  }

  @Test
  void noNewVersionUnlessPaused() {
    run.version(2, NOW - Duration.ofMinutes(11).toMillis(), Map.of("entropy", 0.4), 0);
    assertThat(run.failing()).containsExactly("new-version");
    run.heartbeat(Component.LEARNER, "paused", NOW - 500);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aLearnerThatWasStoppedBeforeItsGoalOwesVersions() {
    long before = NOW - Duration.ofHours(1).toMillis();
    run.version(2, before, Map.of("entropy", 0.4), 0);
    run.heartbeat(Component.LEARNER, "stopped", before);
    assertThat(run.failing()).containsExactly("new-version");
    run.learnerAtItsGoal(1, before);
    assertThat(run.failing()).as("the goal of a while ago").containsExactly("new-version");
  }

  @Test
  void noNewVersionIsExpectedOfALearnerThatHasReachedItsGoal() {
    long before = NOW - Duration.ofHours(1).toMillis();
    run.version(2, before, Map.of("entropy", 0.4), 0);
    run.learnerAtItsGoal(2, before);
    assertThat(run.failing()).isEmpty();
    assertThat(run.reason("new-version")).endsWith("ended with the last version wanted");
    run.sibling(Component.LEARNER, "running", NOW - 500);
    assertThat(run.failing()).as("a standby has taken over").containsExactly("new-version");
    run.heartbeat(Component.LEARNER, "failed", NOW - 500);
    run.sibling(Component.LEARNER, "stopped", NOW - 500);
    assertThat(run.failing()).contains("component-failed");
  }

  @Test
  void staleRecordsDropped() {
    run.version(2, NOW, Map.of("entropy", 0.4), 1);
    run.version(3, NOW, Map.of("entropy", 0.4), 1);
    assertThat(run.failing()).containsExactly("staleness");
    assertThat(run.reason("staleness")).contains("2 of 30").contains("bound 2");
  }

  @Test
  void meanStalenessAtTheBound() {
    run.version(2, NOW, Map.of("entropy", 0.4, "staleness_mean", 1.99), 0);
    assertThat(run.failing()).containsExactly("staleness");
  }

  @Test
  void collapsedEntropyAgainstTheRunsOwnBeginning() {
    run.version(2, NOW, Map.of("entropy", 0.015), 0);
    assertThat(run.failing()).containsExactly("entropy");
    run.version(3, NOW, Map.of("entropy", 0.1), 0);
    assertThat(run.failing()).isEmpty();
  }

  /** A server that has seen the newest versions only does not take them for the first ones. */
  @Test
  void entropyAgainstABeginningThatIsNotKnown() {
    HealthyRun late = new HealthyRun(5_000);
    late.version(5_001, NOW, Map.of("entropy", 0.015), 0);
    assertThat(late.failing()).isEmpty();
    assertThat(late.reason("entropy")).endsWith("how it began is not known");
    late.version(5_002, NOW, Map.of("entropy", 0.0015), 0);
    assertThat(late.failing()).containsExactly("entropy");
  }

  @Test
  void aPolicyThatIsRightMayBeSure() {
    run.version(2, NOW, Map.of("entropy", 0.001, "accuracy", 0.97), 0);
    assertThat(run.failing()).isEmpty();
    run.version(3, NOW, Map.of("entropy", 0.001, "accuracy", 0.5), 0);
    assertThat(run.failing()).containsExactly("entropy");
  }

  @Test
  void explodingKlOfEitherKind() {
    run.version(2, NOW, Map.of("entropy", 0.4, "kl_old", 3.0), 0);
    assertThat(run.failing()).containsExactly("kl");
    run.version(3, NOW, Map.of("entropy", 0.4, "kl_reference", -3.0), 0);
    assertThat(run.failing()).containsExactly("kl");
  }

  @Test
  void sampledAndTrainedLogProbabilitiesApart() {
    run.version(2, NOW, Map.of("entropy", 0.4, "log_prob_gap", 0.5), 0);
    assertThat(run.failing()).containsExactly("log-prob-gap");
    run.version(3, NOW, Map.of("entropy", 0.4, "kl_behaviour", -0.5), 0);
    assertThat(run.failing()).containsExactly("log-prob-gap");
    run.version(4, NOW, Map.of("entropy", 0.4, "log_prob_gap", 0.01, "kl_behaviour", 0.5), 0);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aMetricThatIsNoNumber() {
    run.version(2, NOW, Map.of("entropy", 0.4, "policy_loss", Double.NaN), 0);
    assertThat(run.failing()).containsExactly("finite");
    assertThat(run.reason("finite")).contains("policy_loss");
  }
}
