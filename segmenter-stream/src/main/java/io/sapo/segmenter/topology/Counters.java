package io.sapo.segmenter.topology;

import io.sapo.verifier.RewardShaping;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.streams.processor.TaskId;

/**
 * What passed through this process, for people to watch. Thread-safe. A record that is processed
 * again after an aborted transaction counts again; exact counts come from the topics.
 */
public final class Counters {
  private final LongAdder read = new LongAdder();
  private final LongAdder segmented = new LongAdder();
  private final LongAdder normalised = new LongAdder();
  private final LongAdder formatted = new LongAdder();
  private final LongAdder overlong = new LongAdder();
  private final LongAdder scoredSegments = new LongAdder();
  private final DoubleAdder segmentRewards = new DoubleAdder();
  private final Map<TaskId, Integer> held = new ConcurrentHashMap<>();
  private final Map<Reason, LongAdder> refused = new EnumMap<>(Reason.class);

  public Counters() {
    for (Reason reason : Reason.values()) {
      refused.put(reason, new LongAdder());
    }
  }

  void countRead() {
    read.increment();
  }

  void countSegmented() {
    segmented.increment();
  }

  void countRefused(Reason reason) {
    refused.get(reason).increment();
  }

  void countShaped(RewardShaping.Shaped shaped) {
    normalised.add(shaped.normalised() ? 1 : 0);
    formatted.add(shaped.formatted() ? 1 : 0);
    overlong.add(shaped.overlong() ? 1 : 0);
  }

  void countHeld(TaskId task, int trajectories) {
    held.put(task, trajectories);
  }

  void forgetHeld(TaskId task) {
    held.remove(task);
  }

  /** Trajectories that wait for judges outside the stream, in this process's share of the work. */
  public long held() {
    return held.values().stream().mapToLong(Integer::longValue).sum();
  }

  /** What verifiers gave single segments of a response. */
  void countSegmentRewards(double[] rewards) {
    for (double reward : rewards) {
      scoredSegments.add(reward == 0 ? 0 : 1);
      segmentRewards.add(reward);
    }
  }

  /** Segments that were given a reward of their own, or had one taken. */
  public long scoredSegments() {
    return scoredSegments.sum();
  }

  /** All that segments were given, the outcome left out. */
  public double segmentRewards() {
    return segmentRewards.sum();
  }

  /** Rewards made smaller for the response's length. */
  public long normalised() {
    return normalised.sum();
  }

  /** Rewards that the response's form added to. */
  public long formatted() {
    return formatted.sum();
  }

  /** Rewards that a response near its length limit took from. */
  public long overlong() {
    return overlong.sum();
  }

  /** Records read from trajectories. */
  public long read() {
    return read.sum();
  }

  /** Records written to segments. */
  public long segmented() {
    return segmented.sum();
  }

  /** Dead letters of one reason. */
  public long refused(Reason reason) {
    return refused.get(reason).sum();
  }
}
