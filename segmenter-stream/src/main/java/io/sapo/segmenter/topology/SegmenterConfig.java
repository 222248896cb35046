package io.sapo.segmenter.topology;

import io.sapo.segmenter.cut.EntropyStrategy;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.verifier.VerifierSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How trajectories are cut, judged and grouped.
 *
 * @param strategy where segments end
 * @param verifiers settings of the verifiers
 * @param judges outside the stream, which tasks may name like verifiers
 * @param groupDeadline time after which a group is closed with the rollouts it has, counted from
 *     its first one while the segmenter runs
 * @param dedupRetention how long a trajectory id is remembered; a repetition after that passes
 * @param stateDir folder of the local state; its content is a copy of Kafka's and may be deleted
 * @param threads stream threads, at least 1; more than the trajectories topic has partitions idle
 * @param heartbeat time between status records
 */
public record SegmenterConfig(
    SegmentationStrategy strategy,
    VerifierSettings verifiers,
    List<JudgeSettings> judges,
    Duration groupDeadline,
    Duration dedupRetention,
    Path stateDir,
    int threads,
    Duration heartbeat) {

  /** Rollouts that a group may have; trajectories that say more are refused. */
  public static final int MAX_GROUP_SIZE = 1024;

  public SegmenterConfig {
    atLeast("group deadline", groupDeadline, Duration.ofMillis(100));
    atLeast("dedup retention", dedupRetention, Duration.ofSeconds(1));
    atLeast("heartbeat", heartbeat, Duration.ofMillis(100));
    if (threads < 1) {
      throw new IllegalArgumentException("segmenter threads is " + threads + "; use 1 or more");
    }
  }

  private static void atLeast(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          name + " is " + value.toMillis() + " ms; it must be at least " + least.toMillis());
    }
  }

  /** The paper's cut; groups wait ten minutes, ids are remembered for a day. */
  public static SegmenterConfig defaults(Path stateDir) {
    return new SegmenterConfig(
        new EntropyStrategy(EntropyStrategy.DEFAULT_PERCENT),
        VerifierSettings.DEFAULT,
        List.of(),
        Duration.ofMinutes(10),
        Duration.ofDays(1),
        stateDir,
        1,
        Duration.ofSeconds(1));
  }
}
