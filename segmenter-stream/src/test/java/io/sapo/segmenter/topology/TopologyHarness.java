package io.sapo.segmenter.topology;

import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.JudgeVerdict;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.VerifierSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The real topology, driven record by record, with a wall clock that tests advance. */
final class TopologyHarness implements AutoCloseable {
  static final Duration GROUP_DEADLINE = Duration.ofSeconds(30);
  static final Duration DEDUP_RETENTION = Duration.ofHours(1);
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Topics TOPICS = new Topics("test.");

  final Counters counters = new Counters();
  private final RecordCodec<Trajectory> trajectories = TOPICS.trajectories().codec();
  private final RecordCodec<SegmentedTrajectory> segmented = TOPICS.segments().codec();
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> input;
  private final boolean judging;
  private final TestOutputTopic<byte[], byte[]> segments;
  private final TestOutputTopic<byte[], byte[]> deadLetters;

  TopologyHarness(Path stateDir) {
    this(stateDir, "entropy(30%)");
  }

  TopologyHarness(Path stateDir, String strategy) {
    this(stateDir, strategy, List.of(), false);
  }

  /**
   * @param judging whether the run has judges, or once had
   */
  TopologyHarness(Path stateDir, String strategy, List<JudgeSettings> judges, boolean judging) {
    SegmenterConfig config =
        new SegmenterConfig(
            SegmentationStrategy.parse(strategy),
            VerifierSettings.DEFAULT,
            judges,
            GROUP_DEADLINE,
            DEDUP_RETENTION,
            stateDir,
            1,
            Duration.ofSeconds(1));
    Properties properties = new Properties();
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    driver =
        new TopologyTestDriver(
            SegmenterTopology.of(TOPICS, config, judging, counters), properties, START);
    this.judging = judging;
    ByteArraySerializer serializer = new ByteArraySerializer();
    ByteArrayDeserializer deserializer = new ByteArrayDeserializer();
    input = driver.createInputTopic(TOPICS.trajectories().name(), serializer, serializer);
    segments = driver.createOutputTopic(TOPICS.segments().name(), deserializer, deserializer);
    deadLetters = driver.createOutputTopic(TOPICS.deadLetters(), deserializer, deserializer);
  }

  void send(Trajectory trajectory) {
    send(Topic.keyBytes(trajectory.getGroupId()), trajectories.encode(trajectory));
  }

  void send(byte[] key, byte[] value) {
    input.pipeInput(key, value);
  }

  void send(TestRecord<byte[], byte[]> record) {
    input.pipeInput(record);
  }

  /** Of the segments since it was last looked at. */
  List<Instant> segmentTimes() {
    return segments.readRecordsToList().stream().map(TestRecord::getRecordTime).toList();
  }

  /** What a judge was asked since it was last looked at. */
  List<JudgeRequest> requests(String judge) {
    Topic<JudgeRequest> topic = TOPICS.judgeRequests(judge);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return driver.createOutputTopic(topic.name(), bytes, bytes).readValuesToList().stream()
        .map(topic.codec()::decode)
        .toList();
  }

  void verdict(String groupId, JudgeVerdict verdict) {
    verdict(groupId, TOPICS.verdicts().codec().encode(verdict));
  }

  void verdict(String groupId, byte[] value) {
    driver
        .createInputTopic(
            TOPICS.verdicts().name(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(Topic.keyBytes(groupId), value);
  }

  /** Whether nothing is held for judges, neither in the store nor in the count. */
  boolean nothingHeld() {
    return judging && stored(Nodes.HELD) == 0 && counters.held() == 0;
  }

  void pass(Duration time) {
    driver.advanceWallClockTime(time);
  }

  List<SegmentedTrajectory> segments() {
    return segments.readValuesToList().stream().map(segmented::decode).toList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetters.readRecordsToList();
  }

  List<String> reasons() {
    return deadLetters().stream().map(TopologyHarness::reason).toList();
  }

  static String reason(TestRecord<byte[], byte[]> deadLetter) {
    return DeadLetters.header(deadLetter.getHeaders(), DeadLetters.REASON).orElseThrow();
  }

  static String detail(TestRecord<byte[], byte[]> deadLetter) {
    return DeadLetters.header(deadLetter.getHeaders(), DeadLetters.DETAIL).orElseThrow();
  }

  /** Puts a group into the store as an earlier run of the segmenter would have left it. */
  void leaveBehind(OpenGroup group, SegmentedTrajectory rollout) {
    String groupId = rollout.getTrajectory().getGroupId();
    driver.<String, OpenGroup>getKeyValueStore(Nodes.OPEN_GROUPS).put(groupId, group);
    driver
        .<String, byte[]>getKeyValueStore(Nodes.ROLLOUTS)
        .put(
            groupId + Group.SEPARATOR + rollout.getTrajectory().getTrajectoryId(),
            segmented.encode(rollout));
  }

  /** Puts another in the place of what is held of this group, as an earlier release accepted it. */
  void holdInstead(Trajectory trajectory) {
    var store = driver.<String, byte[]>getKeyValueStore(Nodes.HELD);
    String key = HeldTrajectories.key(trajectory.getGroupId(), trajectory.getTrajectoryId());
    String topic = TOPICS.trajectories().name();
    Held before = Held.fromBytes(topic, store.get(key));
    byte[] value = TOPICS.trajectories().codec().encode(trajectory);
    Source source = new Source(before.source().key(), value, topic, 0, before.source().offset());
    store.put(key, new Held(source, before.cut()).toBytes());
  }

  long stored(String store) {
    long entries = 0;
    try (var all = driver.getKeyValueStore(store).all()) {
      while (all.hasNext()) {
        all.next();
        entries++;
      }
    }
    return entries;
  }

  @Override
  public void close() {
    driver.close();
  }
}
