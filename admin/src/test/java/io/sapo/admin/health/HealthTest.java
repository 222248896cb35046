package io.sapo.admin.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ServersWaitedFor;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each condition, made to fail by what it is there for and by nothing else. */
class HealthTest {
  private static final long NOW = 1_800_000_000_000L;

  private final Topics topics = new Topics("h.");
  private final RunState run = new RunState(topics, Limits.defaults());
  private final Health health = new Health(Thresholds.defaults());
  private Lags lags = new Lags(NOW, "", new TreeMap<>(), List.of(), Optional.empty());
  private long offset;

  @BeforeEach
  void healthyRun() {
    heartbeat(Component.PRODUCER, "running", NOW - 500);
    heartbeat(Component.SEGMENTER, "running", NOW - 500);
    heartbeat(Component.LEARNER, "running", NOW - 500);
    version(1, NOW - 1_000, Map.of("entropy", 0.4, "kl_old", 0.01), 0);
  }

  private <T extends SpecificRecordBase> void apply(Topic<T> topic, String key, T value) {
    run.apply(
        new ConsumerRecord<>(
            topic.name(), 0, offset++, Topic.keyBytes(key), topic.codec().encode(value)));
  }

  private void heartbeat(Component component, String state, long atMs) {
    heartbeat(component, state, atMs, Map.of());
  }

  private void heartbeat(Component component, String state, long atMs, Map<String, Double> gauges) {
    apply(
        topics.status(),
        component + "/one",
        Status.newBuilder()
            .setComponent(component)
            .setInstance("one")
            .setState(state)
            .setMessage("out of disk")
            .setVersion(1)
            .setStartedAtMs(NOW - 90_000)
            .setAtMs(atMs)
            .setIntervalMs(1_000)
            .setGauges(gauges)
            .build());
  }

  private void judge(double away) {
    apply(
        topics.status(),
        "SEGMENTER/two",
        Status.newBuilder()
            .setComponent(Component.SEGMENTER)
            .setInstance("two")
            .setState("running")
            .setMessage("")
            .setVersion(-1)
            .setStartedAtMs(NOW - 90_000)
            .setAtMs(NOW)
            .setIntervalMs(1_000)
            .setGauges(Map.of("judge_good_taste_away", away, "judging_held", 12.0))
            .setInfo(Map.of("judge good-taste", "answered 503: busy"))
            .build());
  }

  @Test
  void aJudgeThatIsAwayIsAProblemUntilItIsBack() {
    judge(1);
    assertThat(failing()).containsExactly("judges");
    assertThat(reason("judges"))
        .isEqualTo("judge good_taste is away: answered 503: busy; 12 trajectories wait");
    judge(0);
    assertThat(failing()).isEmpty();
  }

  @Test
  void aProducerWithoutAnInferenceServerIsAProblemSoonAfter() {
    heartbeat(Component.PRODUCER, "running", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 29.0));
    assertThat(failing()).isEmpty();
    heartbeat(Component.PRODUCER, "running", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 31.0));
    assertThat(failing()).containsExactly("servers");
    assertThat(reason("servers")).isEqualTo("producer one for 31 s: out of disk");
    heartbeat(Component.PRODUCER, "stopped", NOW - 500, Map.of(ServersWaitedFor.GAUGE, 31.0));
    assertThat(failing()).doesNotContain("servers");
  }

  @Test
  void aLoopThatStandsStillBehindItsHeartbeats() {
    heartbeat(Component.LEARNER, "running", NOW - 500, Map.of(Liveness.GAUGE, 899.0));
    assertThat(failing()).isEmpty();
    heartbeat(Component.LEARNER, "running", NOW - 500, Map.of(Liveness.GAUGE, 901.0));
    assertThat(failing()).containsExactly("stuck");
    assertThat(reason("stuck")).contains("learner one", "901 s", "run.stuck-after");
  }

  @Test
  void anUpdateThatWasLeftOut() {
    version(2, NOW, Map.of("entropy", 0.4, "left_out", 1.0), 0);
    assertThat(failing()).containsExactly("left-out");
    assertThat(reason("left-out")).contains("version 2");
    version(3, NOW, Map.of("entropy", 0.4), 0);
    assertThat(failing()).isEmpty();
  }

  private void version(long n, long atMs, Map<String, Double> metrics, int stale) {
    List<Skipped> skipped =
        stale == 0 ? List.of() : List.of(new Skipped(n * 10 + 9, "stale: 4", -1L, 1));
    apply(
        topics.weights(),
        "" + n,
        WeightVersion.newBuilder()
            .setVersion(n)
            .setParent(n - 1)
            .setRunId("r")
            .setCommittedAtMs(atMs)
            .setInputs(List.of(new InputRange(0, n * 10, n * 10 + 10, 10 - stale, skipped)))
            .setTrajectoryPositions(Map.of())
            .setConsumedTotal(10)
            .setTrainedTotal(10)
            .setActorSha256("a")
            .setOptimizerSha256("o")
            .setKlCoefficient(0)
            .setConfigDigest("c")
            .setConfig("{\"maxStaleness\":2}")
            .setElementType(ElementType.F32)
            .setAnchor(true)
            .setAnchorVersion(n)
            .setFirstChunkOffset(0)
            .setChunkCount(1)
            .setCheckpointVersion(1)
            .setMetrics(metrics)
            .build());
  }

  private List<String> failing() {
    return health.judge(run, lags, "", true, NOW).stream()
        .filter(c -> c.state() == Condition.State.FAILING)
        .map(Condition::id)
        .toList();
  }

  private String reason(String id) {
    Optional<Condition> found =
        health.judge(run, lags, "", true, NOW).stream().filter(c -> c.id().equals(id)).findFirst();
    return found.orElseThrow().reason();
  }

  @Test
  void nothingFailsInAHealthyRun() {
    assertThat(failing()).isEmpty();
  }

  @Test
  void aRewardThatFallsFromItsBest() {
    version(2, NOW - 900, Map.of("reward", 0.5), 0);
    version(3, NOW - 800, Map.of("reward", 0.9), 0);
    version(4, NOW - 700, Map.of("reward", 0.9), 0);
    assertThat(failing()).isEmpty();
    version(5, NOW - 600, Map.of("reward", 0.6), 0);
    version(6, NOW - 500, Map.of("reward", 0.6), 0);
    assertThat(failing()).as("chance, at ten trajectories an update").isEmpty();
    version(7, NOW - 400, Map.of("reward", 0.1), 0);
    assertThat(failing()).containsExactly("reward");
    assertThat(reason("reward"))
        .isEqualTo("mean reward 0.350 in the last 2 updates; the best was 0.900 up to version 4");
  }

  @Test
  void aMissedHeartbeat() {
    heartbeat(Component.LEARNER, "running", NOW - 5_000);
    assertThat(failing()).containsExactly("heartbeat");
    assertThat(reason("heartbeat")).contains("learner one").contains("5 s ago");
  }

  @Test
  void aStoppedComponentIsNotSilent() {
    heartbeat(Component.PRODUCER, "stopped", NOW - 50_000);
    assertThat(failing()).isEmpty();
  }

  @Test
  void aFailedComponentSaysWhy() {
    heartbeat(Component.SEGMENTER, "failed", NOW - 500);
    assertThat(failing()).containsExactly("component-failed");
    assertThat(reason("component-failed")).contains("out of disk");
  }

  @Test
  void growingLagButNotLagAlone() {
    lags =
        new Lags(
            NOW,
            "",
            new TreeMap<>(),
            List.of(new Lags.Group("g", "t", 9_000, 10, 60_000)),
            Optional.empty());
    assertThat(failing()).isEmpty();
    lags =
        new Lags(
            NOW,
            "",
            new TreeMap<>(),
            List.of(new Lags.Group("g", "t", 9_000, 6_000, 60_000)),
            Optional.empty());
    assertThat(failing()).containsExactly("lag");
  }

  @Test
  void whatUpdatesWereMadeFromGoesWithItsAge() {
    long day = Duration.ofDays(1).toMillis();
    version(2, NOW - day, Map.of("entropy", 0.4), 0);
    version(3, NOW - 1_000, Map.of("entropy", 0.4), 0);
    lags = kept(10, 90 * day);
    assertThat(failing()).isEmpty();
    assertThat(reason("replay"))
        .isEqualTo("from version 1 on; version 1 until about 15 April 2027");
    lags = kept(11, -1);
    assertThat(failing()).as("version 1 is checkpointed").isEmpty();
    assertThat(reason("replay")).isEqualTo("from version 2 on; version 2 for ever");
    lags = kept(31, day);
    assertThat(failing()).containsExactly("replay");
    assertThat(reason("replay")).contains("after version 1", "checkpoint");
  }

  private Lags kept(long from, long retentionMs) {
    return new Lags(
        NOW, "", new TreeMap<>(), List.of(), Optional.of(new Lags.Kept(from, retentionMs)));
  }

  @Test
  void noNewVersionUnlessPaused() {
    version(2, NOW - Duration.ofMinutes(11).toMillis(), Map.of("entropy", 0.4), 0);
    assertThat(failing()).containsExactly("new-version");
    heartbeat(Component.LEARNER, "paused", NOW - 500);
    assertThat(failing()).isEmpty();
  }

  @Test
  void staleRecordsDropped() {
    version(2, NOW, Map.of("entropy", 0.4), 1);
    version(3, NOW, Map.of("entropy", 0.4), 1);
    assertThat(failing()).containsExactly("staleness");
    assertThat(reason("staleness")).contains("2 of 30").contains("bound 2");
  }

  @Test
  void meanStalenessAtTheBound() {
    version(2, NOW, Map.of("entropy", 0.4, "staleness_mean", 1.99), 0);
    assertThat(failing()).containsExactly("staleness");
  }

  @Test
  void collapsedEntropyAgainstTheRunsOwnBeginning() {
    version(2, NOW, Map.of("entropy", 0.015), 0);
    assertThat(failing()).containsExactly("entropy");
    version(3, NOW, Map.of("entropy", 0.1), 0);
    assertThat(failing()).isEmpty();
  }

  @Test
  void aPolicyThatIsRightMayBeSure() {
    version(2, NOW, Map.of("entropy", 0.001, "accuracy", 0.97), 0);
    assertThat(failing()).isEmpty();
    version(3, NOW, Map.of("entropy", 0.001, "accuracy", 0.5), 0);
    assertThat(failing()).containsExactly("entropy");
  }

  @Test
  void explodingKlOfEitherKind() {
    version(2, NOW, Map.of("entropy", 0.4, "kl_old", 3.0), 0);
    assertThat(failing()).containsExactly("kl");
    version(3, NOW, Map.of("entropy", 0.4, "kl_reference", -3.0), 0);
    assertThat(failing()).containsExactly("kl");
  }

  @Test
  void sampledAndTrainedLogProbabilitiesApart() {
    version(2, NOW, Map.of("entropy", 0.4, "log_prob_gap", 0.5), 0);
    assertThat(failing()).containsExactly("log-prob-gap");
    version(3, NOW, Map.of("entropy", 0.4, "kl_behaviour", -0.5), 0);
    assertThat(failing()).containsExactly("log-prob-gap");
    version(4, NOW, Map.of("entropy", 0.4, "log_prob_gap", 0.01, "kl_behaviour", 0.5), 0);
    assertThat(failing()).isEmpty();
  }

  @Test
  void aMetricThatIsNoNumber() {
    version(2, NOW, Map.of("entropy", 0.4, "policy_loss", Double.NaN), 0);
    assertThat(failing()).containsExactly("finite");
    assertThat(reason("finite")).contains("policy_loss");
  }

  @Test
  void deadLettersAmongFewAcceptedRecordsUntilTheyAreOld() {
    deadLetter(NOW - 1_000);
    assertThat(failing()).containsExactly("dead-letters");
  }

  @Test
  void oldDeadLettersAreHistory() {
    deadLetter(NOW - Duration.ofMinutes(6).toMillis());
    assertThat(failing()).isEmpty();
  }

  private void deadLetter(long atMs) {
    run.apply(
        new ConsumerRecord<>(
            topics.deadLetters(),
            0,
            offset++,
            atMs,
            TimestampType.CREATE_TIME,
            0,
            1,
            null,
            new byte[1],
            new RecordHeaders(
                DeadLetters.headers("malformed", "detail", "h.trajectories", 0, 1).toArray()),
            Optional.empty()));
  }

  @Test
  void aBrokerThatDoesNotAnswer() {
    lags = Lags.unknown(NOW, "the broker does not answer: timeout");
    assertThat(failing()).contains("broker");
    assertThat(Health.healthy(health.judge(run, lags, "", true, NOW))).isFalse();
  }

  @Test
  void anUnreadableRecordIsCountedAndSaidWhere() {
    run.apply(new ConsumerRecord<>(topics.weights().name(), 0, 77, null, new byte[] {1, 2}));
    assertThat(run.unreadable()).isEqualTo(1);
    assertThat(run.lastUnreadable()).contains("h.weights 0-77");
    assertThat(failing()).isEmpty();
  }
}
