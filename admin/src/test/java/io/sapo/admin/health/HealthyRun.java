package io.sapo.admin.health;

import io.sapo.admin.SyntheticRecords;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.GoalReached;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * A run in which all is well, of what processes say and versions hold, until a test says otherwise.
 */
final class HealthyRun {
  static final long NOW = 1_800_000_000_000L;

  final Topics topics = new Topics("h.");
  final RunState state = new RunState(topics, Limits.defaults());
  private final Health health = new Health(Thresholds.defaults());
  private Lags lags = new Lags(NOW, "", new TreeMap<>(), List.of(), Optional.empty());
  private long offset;

  HealthyRun() {
    this(Component.PRODUCER, Component.SEGMENTER, Component.LEARNER);
  }

  HealthyRun(Component... reporting) {
    this(1, reporting);
  }

  HealthyRun(long first) {
    this(first, Component.PRODUCER, Component.SEGMENTER, Component.LEARNER);
  }

  private HealthyRun(long first, Component... reporting) {
    for (Component component : reporting) {
      heartbeat(component, "running", NOW - 500);
    }
    version(first, NOW - 1_000, Map.of("entropy", 0.4, "kl_old", 0.01), 0);
  }

  private <T extends SpecificRecordBase> void apply(Topic<T> topic, String key, T value) {
    state.apply(
        new ConsumerRecord<>(
            topic.name(), 0, offset++, Topic.keyBytes(key), topic.codec().encode(value)));
  }

  void heartbeat(Component component, String state, long atMs) {
    heartbeat(component, state, atMs, Map.of());
  }

  void heartbeat(Component component, String state, long atMs, Map<String, Double> gauges) {
    heartbeat(component, "one", state, atMs, gauges, Map.of());
  }

  void gateway(String state, long atMs) {
    Map<String, String> role = Map.of(RoleName.INFO, RoleName.GATEWAY);
    heartbeat(Component.UNKNOWN, "gate", state, atMs, Map.of(), role);
  }

  /** Of a learner that has ended with the last version wanted. */
  void learnerAtItsGoal(long version, long atMs) {
    Map<String, String> goal = Map.of(GoalReached.INFO, "" + version);
    heartbeat(Component.LEARNER, "one", "stopped", atMs, Map.of(), goal);
  }

  /** Of another instance of a role. */
  void sibling(Component component, String state, long atMs) {
    heartbeat(component, "two", state, atMs, Map.of(), Map.of());
  }

  /** Of another instance of a role, which was started at a certain time. */
  void sibling(Component component, String state, long startedAtMs, long atMs) {
    heartbeat(component, "two", state, startedAtMs, atMs, Map.of(), Map.of());
  }

  private void heartbeat(
      Component component,
      String instance,
      String state,
      long atMs,
      Map<String, Double> gauges,
      Map<String, String> info) {
    heartbeat(component, instance, state, NOW - 90_000, atMs, gauges, info);
  }

  private void heartbeat(
      Component component,
      String instance,
      String state,
      long startedAtMs,
      long atMs,
      Map<String, Double> gauges,
      Map<String, String> info) {
    apply(
        topics.status(),
        component + "/" + instance,
        Status.newBuilder()
            .setComponent(component)
            .setInstance(instance)
            .setState(state)
            .setMessage("out of disk")
            .setVersion(1)
            .setStartedAtMs(startedAtMs)
            .setAtMs(atMs)
            .setIntervalMs(1_000)
            .setGauges(gauges)
            .setInfo(info)
            .build());
  }

  void judge(double away) {
    segmenter(
        Map.of("judge_good_taste_away", away, "judging_held", 12.0),
        Map.of("judge good-taste", "answered 503: busy"));
  }

  void segmenter(Map<String, Double> gauges, Map<String, String> info) {
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
            .setGauges(gauges)
            .setInfo(info)
            .build());
  }

  void version(long n, long atMs, Map<String, Double> metrics, int stale) {
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

  List<String> failing() {
    return health.judge(state, lags, "", true, NOW).stream()
        .filter(c -> c.state() == Condition.State.FAILING)
        .map(Condition::id)
        .toList();
  }

  String reason(String id) {
    Optional<Condition> found =
        health.judge(state, lags, "", true, NOW).stream()
            .filter(c -> c.id().equals(id))
            .findFirst();
    return found.orElseThrow().reason();
  }

  /** What {@link Health} is told of the topics from now on. */
  void lags(Lags now) {
    lags = now;
  }

  /** Segments from an offset on are there. */
  void kept(long from, long retentionMs) {
    lags =
        new Lags(
            NOW, "", new TreeMap<>(), List.of(), Optional.of(new Lags.Kept(from, retentionMs)));
  }

  /** Of one consumer group: offsets it is behind, and by how many more than a minute ago. */
  void lag(long offsets, long growth) {
    lags =
        new Lags(
            NOW,
            "",
            new TreeMap<>(),
            List.of(new Lags.Group("g", "t", offsets, growth, 60_000)),
            Optional.empty());
  }

  boolean healthy() {
    return Health.healthy(health.judge(state, lags, "", true, NOW));
  }

  void deadLetter(long atMs) {
    RecordHeaders headers =
        new RecordHeaders(
            DeadLetters.headers("malformed", "detail", "h.trajectories", 0, 1).toArray());
    apply(topics.deadLetters(), atMs, new byte[1], headers);
  }

  void segment(long atMs) {
    byte[] record =
        topics
            .segments()
            .codec()
            .encode(new SyntheticRecords().segmented("t" + offset, "so it is 5", 1, true));
    apply(topics.segments().name(), atMs, record, new RecordHeaders());
  }

  private void apply(String topic, long atMs, byte[] value, RecordHeaders headers) {
    state.apply(
        new ConsumerRecord<>(
            topic,
            0,
            offset++,
            atMs,
            TimestampType.CREATE_TIME,
            0,
            value.length,
            null,
            value,
            headers,
            Optional.empty()));
  }
}
