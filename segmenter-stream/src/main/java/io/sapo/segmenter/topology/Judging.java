package io.sapo.segmenter.topology;

import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.JudgeVerdict;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds trajectories until the judges outside the stream have given their verdicts. A repeated
 * verdict finds nothing held and is dropped silently: so each trajectory is judged once, however
 * often a judge was asked. Takes {@link Unjudged} trajectories and encoded verdicts.
 *
 * <p>One that has waited for too long is refused. As with groups, that is wall-clock time and runs
 * only while the segmenter does.
 */
final class Judging extends Step<Object> {
  private static final Logger log = LoggerFactory.getLogger(Judging.class);

  private final Topics topics;
  private final TrajectorySegmenter segmenter;
  private final SortedMap<String, Duration> patience;
  private final Duration retention;
  private KeyValueStore<String, byte[]> held;
  private RecentIds seen;

  /** By key, until when. */
  private final Map<String, Long> waiting = new LinkedHashMap<>();

  /**
   * @param patience how long each judge may take, by name
   */
  Judging(
      Topics topics,
      TrajectorySegmenter segmenter,
      SortedMap<String, Duration> patience,
      Duration retention,
      Counters counters) {
    super(counters);
    this.topics = topics;
    this.segmenter = segmenter;
    this.patience = patience;
    this.retention = retention;
  }

  /**
   * Whether rollouts of a group wait for judges.
   *
   * @param held the store
   */
  static boolean anyOf(KeyValueStore<String, byte[]> held, String groupId) {
    try (KeyValueIterator<String, byte[]> some =
        held.prefixScan(groupId + Group.SEPARATOR, new StringSerializer())) {
      return some.hasNext();
    }
  }

  /** A verdict is kept under the key of its trajectory, this and the judge's name. */
  private static String key(String groupId, String trajectoryId) {
    return groupId + Group.SEPARATOR + trajectoryId;
  }

  private static boolean isTrajectory(String key) {
    return key.indexOf(Group.SEPARATOR) == key.lastIndexOf(Group.SEPARATOR);
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    super.init(context);
    held = context.getStateStore(Nodes.HELD);
    seen = new RecentIds(context.getStateStore(Nodes.SEEN), retention);
    long now = context.currentSystemTimeMs();
    try (KeyValueIterator<String, byte[]> all = held.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        if (isTrajectory(one.key)) {
          waiting.put(one.key, deadline(accepted(held(one.value)).trajectory(), now));
        }
      }
    }
    countHeld();
    long shortest = patience.values().stream().mapToLong(Duration::toMillis).min().orElse(10_000);
    context.schedule(
        Duration.ofMillis(Math.max(10, Math.min(shortest / 10, 5_000))),
        PunctuationType.WALL_CLOCK_TIME,
        this::refuseOverdue);
  }

  /** At once, where a judge that was asked is not known any more. */
  private long deadline(Trajectory trajectory, long now) {
    return now
        + segmenter.judges(trajectory).stream()
            .mapToLong(judge -> patience.get(judge).toMillis())
            .max()
            .orElse(0);
  }

  @Override
  public void close() {
    counters().forgetHeld(context().taskId());
  }

  private void countHeld() {
    counters().countHeld(context().taskId(), waiting.size());
  }

  @Override
  public void process(Record<byte[], Object> record) {
    if (record.value() instanceof Unjudged unjudged) {
      hold(unjudged, record.timestamp());
    } else {
      take(Topic.keyText(record.key()), (byte[]) record.value(), record.timestamp());
    }
  }

  private void hold(Unjudged unjudged, long timestamp) {
    Source source = unjudged.accepted().source();
    Trajectory trajectory = unjudged.accepted().trajectory();
    String key = key(trajectory.getGroupId(), trajectory.getTrajectoryId());
    long now = context().currentSystemTimeMs();
    byte[] before = held.get(key);
    RecentIds.Sighting sighting =
        before == null
            ? seen.trajectory(trajectory.getTrajectoryId(), source, now)
            : isOf(held(before), source.partition(), source.offset())
                ? RecentIds.Sighting.HERE
                : RecentIds.Sighting.ELSEWHERE;
    if (sighting == RecentIds.Sighting.ELSEWHERE) {
      refuse(
          source,
          timestamp,
          Reason.DUPLICATE,
          "trajectory " + trajectory.getTrajectoryId() + " was read before");
    } else if (sighting == RecentIds.Sighting.NEVER) {
      held.put(key, new Held(source, unjudged.cut()).toBytes());
      waiting.put(key, deadline(trajectory, now));
      countHeld();
      for (String judge : segmenter.judges(trajectory)) {
        context()
            .forward(
                new Record<>(source.key(), (Object) request(judge, unjudged), now),
                Nodes.JUDGE_REQUESTS);
      }
    }
  }

  private static JudgeRequest request(String judge, Unjudged unjudged) {
    Accepted accepted = unjudged.accepted();
    Trajectory trajectory = accepted.trajectory();
    int[] ends = unjudged.cut().ends();
    int[] charEnds = new int[ends.length];
    for (int i = 0; i < ends.length; i++) {
      charEnds[i] = accepted.response().charEnds()[ends[i]];
    }
    charEnds[ends.length - 1] = trajectory.getResponseText().length();
    return JudgeRequest.newBuilder()
        .setJudge(judge)
        .setTrajectoryId(trajectory.getTrajectoryId())
        .setSourcePartition(accepted.source().partition())
        .setSourceOffset(accepted.source().offset())
        .setTaskId(trajectory.getTaskId())
        .setPrompt(trajectory.getPrompt())
        .setResponse(trajectory.getResponseText())
        .setSegmentCharEnds(PackedArrays.pack(charEnds))
        .setAnswer(trajectory.getAnswer())
        .build();
  }

  private void take(String groupId, byte[] value, long timestamp) {
    JudgeVerdict verdict;
    try {
      verdict = topics.verdicts().codec().decode(value);
    } catch (RecordFormatException e) {
      log.warn("a verdict is skipped: {}", e.getMessage());
      return;
    }
    String key = key(groupId, verdict.getTrajectoryId());
    byte[] bytes = held.get(key);
    if (bytes == null
        || !isTrajectory(key)
        || !isOf(held(bytes), verdict.getSourcePartition(), verdict.getSourceOffset())) {
      return;
    }
    Held waits = held(bytes);
    String fault = fault(verdict, waits.cut().ends().length);
    if (!fault.isEmpty()) {
      String detail = "judge " + verdict.getJudge() + " " + fault;
      refuse(waits.source(), timestamp, Reason.JUDGE_FAILED, detail);
      release(key);
      return;
    }
    held.put(key + Group.SEPARATOR + verdict.getJudge(), value);
    Accepted accepted = accepted(waits);
    List<Judgement> judgements = judgements(key);
    if (missing(accepted.trajectory(), judgements).isEmpty()) {
      release(key);
      pass(accepted, waits.cut(), judgements, timestamp);
    }
  }

  /** Empty for a verdict that can be reckoned with. */
  private static String fault(JudgeVerdict verdict, int segments) {
    Judgement judgement = verdict.getJudgement();
    if (judgement == null) {
      return verdict.getFailure();
    }
    int bytes = judgement.getSegmentRewards().remaining();
    boolean sound =
        judgement.getJudge().equals(verdict.getJudge())
            && Double.isFinite(judgement.getReward())
            && (bytes == 0 || bytes == segments * Double.BYTES);
    for (double reward :
        sound ? PackedArrays.doubles(judgement.getSegmentRewards()) : new double[0]) {
      sound &= Double.isFinite(reward);
    }
    return sound ? "" : "gave a verdict that contradicts itself";
  }

  private void pass(Accepted accepted, Cut cut, List<Judgement> judgements, long timestamp) {
    Source source = accepted.source();
    try {
      Judged judged = new Judged(source, segmenter.segment(accepted, cut, judgements));
      context().forward(new Record<>(source.key(), (Object) judged, timestamp), Nodes.DEDUPLICATE);
    } catch (RefusedException e) {
      refuse(source, timestamp, e.reason(), e.getMessage());
    }
  }

  /** Of one trajectory, by the judges' names. */
  private List<Judgement> judgements(String key) {
    List<Judgement> judgements = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = verdicts(key)) {
      while (all.hasNext()) {
        judgements.add(topics.verdicts().codec().decode(all.next().value).getJudgement());
      }
    }
    return judgements;
  }

  private SortedSet<String> missing(Trajectory trajectory, List<Judgement> judgements) {
    SortedSet<String> missing = new TreeSet<>(segmenter.judges(trajectory));
    judgements.forEach(judgement -> missing.remove(judgement.getJudge()));
    return missing;
  }

  private KeyValueIterator<String, byte[]> verdicts(String key) {
    return held.prefixScan(key + Group.SEPARATOR, new StringSerializer());
  }

  private void release(String key) {
    List<String> gone = new ArrayList<>(List.of(key));
    try (KeyValueIterator<String, byte[]> all = verdicts(key)) {
      while (all.hasNext()) {
        gone.add(all.next().key);
      }
    }
    gone.forEach(held::delete);
    waiting.remove(key);
    countHeld();
  }

  private void refuseOverdue(long nowMs) {
    List<String> overdue = new ArrayList<>();
    waiting.forEach(
        (key, until) -> {
          if (until <= nowMs) {
            overdue.add(key);
          }
        });
    for (String key : overdue) {
      Held waits = held(held.get(key));
      Trajectory trajectory = accepted(waits).trajectory();
      boolean known = !segmenter.judges(trajectory).isEmpty();
      refuse(
          waits.source(),
          nowMs,
          known ? Reason.JUDGE_SILENT : Reason.UNKNOWN_VERIFIER,
          known
              ? "no verdict in time from " + missing(trajectory, judgements(key))
              : "'" + trajectory.getVerifier() + "' names a judge that was asked and is gone");
      release(key);
    }
  }

  private Held held(byte[] bytes) {
    return Held.fromBytes(topics.trajectories().name(), bytes);
  }

  private static boolean isOf(Held held, int partition, long offset) {
    return held.source().partition() == partition && held.source().offset() == offset;
  }

  /** It was accepted once, by the same rules. */
  private Accepted accepted(Held waits) {
    Source source = waits.source();
    Trajectory trajectory = topics.trajectories().codec().decode(source.value());
    try {
      return new Accepted(source, trajectory, TrajectoryRules.check(source.key(), trajectory));
    } catch (RefusedException e) {
      throw new IllegalStateException(
          "trajectory " + trajectory.getTrajectoryId() + " is held, but refused now", e);
    }
  }
}
