package io.sapo.segmenter.topology;

import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Holds a group's rollouts back until all are there or the deadline has passed, then passes them on
 * together with the group's statistics, in the order of their ids, so that neither numbers nor
 * order depend on the order of arrival. Groups of one pass at once.
 *
 * <p>The deadline is wall-clock time (the stream's own time stands still when nothing arrives) and
 * runs only while the segmenter does: what arrived before a start counts as arrived at the start,
 * since the missing rollouts may well be waiting to be read.
 */
final class Group extends Step<Judged> {
  /** Ids have no control characters, so this ends a group id within a rollout's key. */
  static final String SEPARATOR = "\0";

  private final RecordCodec<SegmentedTrajectory> codec;
  private final Duration deadline;
  private final Duration retention;
  private final boolean judging;
  private KeyValueStore<String, OpenGroup> openGroups;
  private KeyValueStore<String, byte[]> rollouts;
  private KeyValueStore<String, byte[]> held;
  private RecentIds seen;
  private long startedAtMs;

  /**
   * @param judging whether rollouts may be held for judges; then their group waits for them, and
   *     they do not wait for ever
   */
  Group(
      RecordCodec<SegmentedTrajectory> codec,
      Duration deadline,
      Duration retention,
      boolean judging,
      Counters counters) {
    super(counters);
    this.judging = judging;
    this.codec = codec;
    this.deadline = deadline;
    this.retention = retention;
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    super.init(context);
    openGroups = context.getStateStore(Nodes.OPEN_GROUPS);
    rollouts = context.getStateStore(Nodes.ROLLOUTS);
    held = judging ? context.getStateStore(Nodes.HELD) : null;
    seen = new RecentIds(context.getStateStore(Nodes.SEEN), retention);
    startedAtMs = context.currentSystemTimeMs();
    context.schedule(checkInterval(), PunctuationType.WALL_CLOCK_TIME, this::closeOverdue);
  }

  private Duration checkInterval() {
    long tenth = deadline.toMillis() / 10;
    return Duration.ofMillis(Math.max(10, Math.min(tenth, 5_000)));
  }

  @Override
  public void process(Record<byte[], Judged> record) {
    SegmentedTrajectory rollout = record.value().trajectory();
    Trajectory trajectory = rollout.getTrajectory();
    if (trajectory.getGroupSize() == 1) {
      pass(trajectory.getGroupId(), rollout, record.timestamp());
      return;
    }
    long now = context().currentSystemTimeMs();
    String groupId = trajectory.getGroupId();
    OpenGroup group = openGroups.get(groupId);
    if (group == null) {
      if (seen.closedGroup(groupId, now)) {
        refuse(
            record.value().source(),
            record.timestamp(),
            Reason.GROUP_CLOSED,
            "group " + groupId + " was closed before this rollout was read");
        return;
      }
      group = new OpenGroup(trajectory.getGroupSize(), 0, now, trajectory.getTaskId());
    }
    String mismatch = mismatch(group, trajectory);
    if (mismatch != null) {
      refuse(record.value().source(), record.timestamp(), Reason.GROUP_MISMATCH, mismatch);
      return;
    }
    String rolloutKey = groupId + SEPARATOR + trajectory.getTrajectoryId();
    if (rollouts.putIfAbsent(rolloutKey, codec.encode(rollout)) != null) {
      // Its id has been forgotten, its group still waits.
      refuse(
          record.value().source(),
          record.timestamp(),
          Reason.DUPLICATE,
          "trajectory " + trajectory.getTrajectoryId() + " waits in its group already");
      return;
    }
    OpenGroup grown = group.withOneMore();
    if (grown.count() == grown.size()) {
      close(groupId, true, record.timestamp());
    } else {
      openGroups.put(groupId, grown);
    }
  }

  private static String mismatch(OpenGroup group, Trajectory rollout) {
    if (group.size() != rollout.getGroupSize()) {
      return "groupSize is "
          + rollout.getGroupSize()
          + ", group "
          + rollout.getGroupId()
          + " was opened with "
          + group.size();
    }
    if (!group.taskId().equals(rollout.getTaskId())) {
      return "task is "
          + rollout.getTaskId()
          + ", group "
          + rollout.getGroupId()
          + " was opened for "
          + group.taskId();
    }
    return null;
  }

  private void closeOverdue(long nowMs) {
    List<String> overdue = new ArrayList<>();
    try (KeyValueIterator<String, OpenGroup> all = openGroups.all()) {
      while (all.hasNext()) {
        KeyValue<String, OpenGroup> group = all.next();
        long since = Math.max(group.value.openedAtMs(), startedAtMs);
        if (nowMs - since >= deadline.toMillis()) {
          overdue.add(group.key);
        }
      }
    }
    for (String groupId : overdue) {
      if (!judging || !HeldTrajectories.anyOf(held, groupId)) {
        close(groupId, false, nowMs);
      }
    }
  }

  /** Twice through the group, one rollout in memory at a time: a whole one may not fit. */
  private void close(String groupId, boolean complete, long timestamp) {
    List<Double> rewards = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> present =
        rollouts.prefixScan(groupId + SEPARATOR, new StringSerializer())) {
      while (present.hasNext()) {
        KeyValue<String, byte[]> rollout = present.next();
        keys.add(rollout.key);
        rewards.add(codec.decode(rollout.value).getOutcomeReward());
      }
    }
    GroupStatistics statistics = GroupStatistics.of(rewards);
    for (String key : keys) {
      SegmentedTrajectory rollout = codec.decode(rollouts.delete(key));
      statistics.writeTo(rollout, complete);
      pass(groupId, rollout, timestamp);
    }
    openGroups.delete(groupId);
    seen.rememberClosedGroup(groupId, context().currentSystemTimeMs());
  }

  private void pass(String groupId, SegmentedTrajectory rollout, long timestamp) {
    counters().countSegmented();
    context()
        .forward(
            new Record<>(Topic.keyBytes(groupId), (Object) codec.encode(rollout), timestamp),
            Nodes.SEGMENTS);
  }
}
