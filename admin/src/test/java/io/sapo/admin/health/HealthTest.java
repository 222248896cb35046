package io.sapo.admin.health;

import static io.sapo.admin.health.HealthyRun.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ServersWaitedFor;
import io.sapo.schemas.TransactionsWatched;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Each condition of processes and topics, made to fail by what it is there for and by nothing else.
 */
class HealthTest {
  private final HealthyRun run = new HealthyRun();

  @Test
  void aJudgeThatIsAwayIsAProblemUntilItIsBack() {
    run.judge(1);
    assertThat(run.failing()).containsExactly("judges");
    assertThat(run.reason("judges"))
        .isEqualTo("judge good_taste is away: answered 503: busy; 12 trajectories wait");
    run.judge(0);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aTransactionThatHangsIsAProblemWhileItDoes() {
    Map<String, String> said = Map.of(TransactionsWatched.INFO, "it hangs in segments-0");
    run.segmenter(Map.of(TransactionsWatched.GAUGE, 2.0), said);
    assertThat(run.failing()).containsExactly("transactions");
    assertThat(run.reason("transactions")).isEqualTo("2 in all; it hangs in segments-0");
    run.segmenter(Map.of(TransactionsWatched.GAUGE, 0.0), Map.of());
    assertThat(run.failing()).isEmpty();
    assertThat(run.reason("transactions")).isEqualTo("none");
    run.segmenter(Map.of(), Map.of(TransactionsWatched.INFO, "not authorized"));
    assertThat(run.failing()).as("it is not known").isEmpty();
    assertThat(run.reason("transactions")).isEqualTo("no segmenter looks for them: not authorized");
  }

  @Test
  void aProducerWithoutAnInferenceServerIsAProblemSoonAfter() {
    run.heartbeat(Component.PRODUCER, "running", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 29.0));
    assertThat(run.failing()).isEmpty();
    run.heartbeat(Component.PRODUCER, "running", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 31.0));
    assertThat(run.failing()).containsExactly("servers");
    assertThat(run.reason("servers")).isEqualTo("producer one for 31 s: out of disk");
    run.heartbeat(Component.PRODUCER, "stopped", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 31.0));
    assertThat(run.failing()).doesNotContain("servers");
  }

  @Test
  void aLoopThatStandsStillBehindItsHeartbeats() {
    run.heartbeat(Component.LEARNER, "running", NOW - 500, Map.of(Liveness.GAUGE, 899.0));
    assertThat(run.failing()).isEmpty();
    run.heartbeat(Component.LEARNER, "running", NOW - 500, Map.of(Liveness.GAUGE, 901.0));
    assertThat(run.failing()).containsExactly("stuck");
    assertThat(run.reason("stuck")).contains("learner one", "901 s", "run.stuck-after");
  }

  @Test
  void nothingFailsInAHealthyRun() {
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aMissedHeartbeat() {
    run.heartbeat(Component.LEARNER, "running", NOW - 5_000);
    assertThat(run.failing()).containsExactly("heartbeat");
    assertThat(run.reason("heartbeat")).contains("learner one").contains("5 s ago");
  }

  /** Rollouts may come from a gateway or from producers of one's own, which need not report. */
  @Test
  void noProducerIsNeededWhileTrajectoriesArrive() {
    HealthyRun served = new HealthyRun(Component.SEGMENTER, Component.LEARNER);
    assertThat(served.reason("heartbeat")).contains("no producer has ever reported");
    served.segment(HealthyRun.NOW - 60_000);
    assertThat(served.failing()).isEmpty();
  }

  /** Nobody talks to it at night. */
  @Test
  void aGatewayThatIsQuietIsNoAlarmAndOneThatIsDeadIs() {
    HealthyRun served = new HealthyRun(Component.SEGMENTER, Component.LEARNER);
    served.segment(NOW - Duration.ofHours(1).toMillis());
    served.version(2, NOW - Duration.ofHours(1).toMillis(), Map.of("entropy", 0.4), 0);
    assertThat(served.failing()).containsExactly("heartbeat", "new-version");
    served.gateway("running", NOW - 500);
    assertThat(served.failing()).isEmpty();
    assertThat(served.reason("new-version"))
        .endsWith("the gateway has had no conversations to train on");
    served.segment(NOW - 60_000);
    assertThat(served.failing())
        .as("there is something to train on")
        .containsExactly("new-version");
    served.version(3, NOW, Map.of("entropy", 0.4), 0);
    served.gateway("running", NOW - 60_000);
    assertThat(served.failing()).containsExactly("heartbeat");
    assertThat(served.reason("heartbeat")).isEqualTo("gateway gate was last heard of 60 s ago");
  }

  @Test
  void aQuietGatewayExcusesNoProducer() {
    run.gateway("running", NOW - 500);
    run.version(2, NOW - Duration.ofHours(1).toMillis(), Map.of("entropy", 0.4), 0);
    assertThat(run.failing()).containsExactly("new-version");
    run.heartbeat(Component.PRODUCER, "stopped", NOW - 50_000);
    assertThat(run.failing())
        .as("producers that have ended are conversations no more")
        .containsExactly("new-version");
  }

  @Test
  void anEvaluatorThatWasKilledIsMissed() {
    long before = NOW - Duration.ofHours(1).toMillis();
    run.heartbeat(Component.EVALUATOR, "running", before);
    assertThat(run.failing()).containsExactly("heartbeat");
    assertThat(run.reason("heartbeat")).contains("evaluator one was last heard of 3600 s ago");
    run.sibling(Component.EVALUATOR, "stopped", before - 500, NOW - 500);
    assertThat(run.failing()).as("one that ran beside it is no replacement").hasSize(1);
    run.sibling(Component.EVALUATOR, "running", NOW - 500);
    assertThat(run.failing()).isEmpty();
    run.heartbeat(Component.EVALUATOR, "stopped", before);
    run.sibling(Component.EVALUATOR, "stopped", before);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void oneThatWasKilledAndReplacedIsNotMissedOnceTheRunHasEnded() {
    long yesterday = NOW - Duration.ofDays(1).toMillis();
    for (String last : List.of("running", "failed")) {
      run.heartbeat(Component.PRODUCER, last, yesterday);
      run.sibling(Component.PRODUCER, "stopped", yesterday - 1, NOW - 500);
      assertThat(run.failing()).as("it ran beside the other").contains("heartbeat");
      run.sibling(Component.PRODUCER, "stopped", yesterday + 1, NOW - 500);
      assertThat(run.failing()).as(last).isEmpty();
      run.sibling(Component.PRODUCER, "running", yesterday + 1, NOW - 60_000);
      assertThat(run.failing()).as("its successor was killed, too").contains("heartbeat");
    }
  }

  @Test
  void oneThatWasKilledJustNowIsMissedAlthoughAnotherHasEnded() {
    long now = NOW - Duration.ofMinutes(2).toMillis();
    run.heartbeat(Component.PRODUCER, "running", now);
    run.sibling(Component.PRODUCER, "stopped", now + 1, NOW - 500);
    assertThat(run.failing()).containsExactly("heartbeat");
  }

  @Test
  void aFailureIsOneUntilAnotherTakesItsPlace() {
    long before = NOW - Duration.ofHours(1).toMillis();
    run.heartbeat(Component.EVALUATOR, "failed", before);
    assertThat(run.failing()).containsExactly("heartbeat", "component-failed");
    assertThat(run.reason("component-failed")).isEqualTo("evaluator one failed: out of disk");
    run.sibling(Component.EVALUATOR, "running", NOW - 500);
    assertThat(run.failing()).isEmpty();
    run.heartbeat(Component.EVALUATOR, "failed", NOW - 500);
    assertThat(run.failing()).containsExactly("component-failed");
  }

  @Test
  void theLastWordsOfOneThatWasKilledAreNoNews() {
    long before = HealthyRun.NOW - 60_000;
    run.heartbeat(Component.SEGMENTER, "running", before, Map.of("judge_taste_away", 1.0));
    run.heartbeat(Component.PRODUCER, "running", before, Map.of(ServersWaitedFor.GAUGE, 99.0));
    assertThat(run.failing()).containsExactly("heartbeat");
  }

  @Test
  void aStoppedComponentIsNotSilent() {
    run.heartbeat(Component.PRODUCER, "stopped", NOW - 50_000);
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aFailedComponentSaysWhy() {
    run.heartbeat(Component.SEGMENTER, "failed", NOW - 500);
    assertThat(run.failing()).containsExactly("component-failed");
    assertThat(run.reason("component-failed")).contains("out of disk");
  }

  @Test
  void aLearnerThatSkipsMoreThanItTrainsOn() {
    run.heartbeat(
        Component.LEARNER, "running", NOW, Map.of("batch_skipped", 3.0, "batch_trained", 3.0));
    assertThat(run.failing()).isEmpty();
    run.heartbeat(
        Component.LEARNER, "running", NOW, Map.of("batch_skipped", 4.0, "batch_trained", 3.0));
    assertThat(run.failing()).containsExactly("skipped");
    assertThat(run.reason("skipped")).startsWith("learner one ");
  }

  @Test
  void growingLagButNotLagAlone() {
    run.lag(9_000, 10);
    assertThat(run.failing()).isEmpty();
    run.lag(9_000, 6_000);
    assertThat(run.failing()).containsExactly("lag");
  }

  @Test
  void deadLettersAmongFewAcceptedRecordsUntilTheyAreOld() {
    run.deadLetter(NOW - 1_000);
    assertThat(run.failing()).containsExactly("dead-letters");
  }

  @Test
  void whyRecordsAreRefusedIsSaid() {
    run.deadLetter(NOW - 2_000);
    run.deadLetter(NOW - 1_000);
    assertThat(run.reason("dead-letters"))
        .contains("2 dead letters")
        .endsWith(": 2 malformed; the last: detail");
  }

  @Test
  void oldDeadLettersAreHistory() {
    run.deadLetter(NOW - Duration.ofMinutes(6).toMillis());
    assertThat(run.failing()).isEmpty();
  }

  @Test
  void aBrokerThatDoesNotAnswer() {
    run.lags(Lags.unknown(NOW, "the broker does not answer: timeout"));
    assertThat(run.failing()).contains("broker");
    assertThat(run.healthy()).isFalse();
  }

  @Test
  void anUnreadableRecordIsCountedAndSaidWhere() {
    run.state.apply(
        new ConsumerRecord<>(run.topics.weights().name(), 0, 77, null, new byte[] {1, 2}));
    assertThat(run.state.unreadable()).isEqualTo(1);
    assertThat(run.state.lastUnreadable()).contains("h.weights 0-77");
    assertThat(run.failing()).isEmpty();
  }
}
