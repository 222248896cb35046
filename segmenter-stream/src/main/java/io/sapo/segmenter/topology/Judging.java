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
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
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
  private HeldTrajectories held;
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

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    super.init(context);
    held = new HeldTrajectories(context.getStateStore(Nodes.HELD), topics);
    seen = new RecentIds(context.getStateStore(Nodes.SEEN), retention);
    long now = context.currentSystemTimeMs();
    held.forEach((key, waits) -> waiting.put(key, deadline(waits, now)));
    countHeld();
    long shortest = patience.values().stream().mapToLong(Duration::toMillis).min().orElse(10_000);
    context.schedule(
        Duration.ofMillis(Math.max(10, Math.min(shortest / 10, 5_000))),
        PunctuationType.WALL_CLOCK_TIME,
        this::refuseOverdue);
  }

  /** At once, where it is not accepted any more. */
  private long deadline(Held waits, long now) {
    try {
      return deadline(accepted(waits).trajectory(), now);
    } catch (RefusedException e) {
      return now;
    }
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
    String key = HeldTrajectories.key(trajectory.getGroupId(), trajectory.getTrajectoryId());
    long now = context().currentSystemTimeMs();
    RecentIds.Sighting sighting =
        held.get(key)
            .map(
                before ->
                    isOf(before, source.partition(), source.offset())
                        ? RecentIds.Sighting.HERE
                        : RecentIds.Sighting.ELSEWHERE)
            .orElseGet(() -> seen.trajectory(trajectory.getTrajectoryId(), source, now));
    if (sighting == RecentIds.Sighting.ELSEWHERE) {
      refuse(
          source,
          timestamp,
          Reason.DUPLICATE,
          "trajectory " + trajectory.getTrajectoryId() + " was read before");
    } else if (sighting == RecentIds.Sighting.NEVER) {
      held.put(key, new Held(source, unjudged.cut()));
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
    String key = HeldTrajectories.key(groupId, verdict.getTrajectoryId());
    Held waits = held.get(key).orElse(null);
    if (waits == null || !isOf(waits, verdict.getSourcePartition(), verdict.getSourceOffset())) {
      return;
    }
    try {
      take(key, waits, accepted(waits), verdict, value, timestamp);
    } catch (RefusedException e) {
      release(key);
      refuse(waits.source(), timestamp, e.reason(), e.getMessage());
    }
  }

  private void take(
      String key, Held waits, Accepted accepted, JudgeVerdict verdict, byte[] value, long timestamp)
      throws RefusedException {
    if (!segmenter.judges(accepted.trajectory()).contains(verdict.getJudge())) {
      log.warn("a verdict is skipped: {} was not asked", verdict.getJudge());
      return;
    }
    String fault = fault(verdict, waits.cut().ends().length);
    if (!fault.isEmpty()) {
      throw new RefusedException(Reason.JUDGE_FAILED, "judge " + verdict.getJudge() + " " + fault);
    }
    held.putVerdict(key, verdict.getJudge(), value);
    List<Judgement> judgements = held.judgements(key);
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

  private SortedSet<String> missing(Trajectory trajectory, List<Judgement> judgements) {
    SortedSet<String> missing = new TreeSet<>(segmenter.judges(trajectory));
    judgements.forEach(judgement -> missing.remove(judgement.getJudge()));
    return missing;
  }

  private void release(String key) {
    held.delete(key);
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
      Held waits = held.get(key).orElseThrow();
      try {
        throw overdue(key, accepted(waits).trajectory());
      } catch (RefusedException e) {
        refuse(waits.source(), nowMs, e.reason(), e.getMessage());
      }
      release(key);
    }
  }

  private RefusedException overdue(String key, Trajectory trajectory) {
    return segmenter.judges(trajectory).isEmpty()
        ? new RefusedException(
            Reason.UNKNOWN_VERIFIER,
            "'" + trajectory.getVerifier() + "' names a judge that was asked and is gone")
        : new RefusedException(
            Reason.JUDGE_SILENT,
            "no verdict in time from " + missing(trajectory, held.judgements(key)));
  }

  private static boolean isOf(Held held, int partition, long offset) {
    return held.source().partition() == partition && held.source().offset() == offset;
  }

  /**
   * It was accepted once, but perhaps by an earlier release.
   *
   * @throws RefusedException when it is not now
   */
  private Accepted accepted(Held waits) throws RefusedException {
    Source source = waits.source();
    try {
      Trajectory trajectory = topics.trajectories().codec().decode(source.value());
      return new Accepted(source, trajectory, TrajectoryRules.check(source.key(), trajectory));
    } catch (RecordFormatException e) {
      throw new RefusedException(Reason.of(e.kind()), e.getMessage());
    }
  }
}
