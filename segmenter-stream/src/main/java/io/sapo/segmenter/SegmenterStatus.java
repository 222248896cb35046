package io.sapo.segmenter;

import io.sapo.schemas.Component;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ProcessGauges;
import io.sapo.schemas.Status;
import io.sapo.schemas.TransactionsWatched;
import io.sapo.segmenter.judge.JudgeDispatcher;
import io.sapo.segmenter.judge.JudgeWorker;
import io.sapo.segmenter.topology.Counters;
import io.sapo.segmenter.topology.Reason;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.verifier.RewardShaping;
import java.util.Map;
import java.util.TreeMap;

/** What heartbeats say of a segmenter. For their thread. */
final class SegmenterStatus {
  private final Segmenter segmenter;
  private final SegmenterConfig config;
  private final String instance;
  private final long startedAtMs = System.currentTimeMillis();
  private long lastRead;
  private long lastReadAtNanos = System.nanoTime();
  private double recordsPerSecond;

  SegmenterStatus(Segmenter segmenter, SegmenterConfig config, String instance) {
    this.segmenter = segmenter;
    this.config = config;
    this.instance = instance;
  }

  Status now() {
    measureRate();
    SegmenterHealth health = segmenter.health();
    return Status.newBuilder()
        .setComponent(Component.SEGMENTER)
        .setInstance(instance)
        .setState(health.state())
        .setMessage(health.message())
        .setVersion(-1)
        .setStartedAtMs(startedAtMs)
        .setAtMs(System.currentTimeMillis())
        .setIntervalMs(config.heartbeat().toMillis())
        .setGauges(ProcessGauges.addedTo(gauges()))
        .setInfo(info())
        .build();
  }

  private Map<String, String> info() {
    Map<String, String> info = new TreeMap<>();
    info.put("strategy", config.strategy().describe());
    for (JudgeWorker judge : segmenter.judges()) {
      String trouble = judge.report().trouble();
      if (!trouble.isEmpty()) {
        info.put("judge " + judge.judge(), trouble);
      }
    }
    HangingTransactions watch = segmenter.hangingTransactions();
    String refusal = watch.refusal();
    if (!refusal.isEmpty()) {
      info.put(TransactionsWatched.INFO, refusal);
    } else if (!watch.left().isEmpty()) {
      info.put(TransactionsWatched.INFO, watch.left().get(0));
    }
    return info;
  }

  /** Over at least one interval, so that beats in quick succession do not make it jump. */
  private void measureRate() {
    long now = System.nanoTime();
    double seconds = (now - lastReadAtNanos) / 1e9;
    if (seconds >= config.heartbeat().toMillis() / 1e3) {
      long read = segmenter.counters().read();
      recordsPerSecond = (read - lastRead) / seconds;
      lastRead = read;
      lastReadAtNanos = now;
    }
  }

  private Map<String, Double> gauges() {
    Counters counters = segmenter.counters();
    Map<String, Double> gauges = new TreeMap<>();
    gauges.put("records_per_second", recordsPerSecond);
    gauges.put("records_read", (double) counters.read());
    gauges.put("records_segmented", (double) counters.segmented());
    RewardShaping shaping = config.verifiers().shaping();
    if (!shaping.equals(RewardShaping.NONE)) {
      gauges.put("rewards_length_normalised", (double) counters.normalised());
      gauges.put("rewards_formatted", (double) counters.formatted());
      gauges.put("rewards_overlong", (double) counters.overlong());
    }
    if (counters.scoredSegments() > 0) {
      gauges.put("process_scored_segments", (double) counters.scoredSegments());
      gauges.put(
          "process_reward_mean", counters.segmentRewards() / Math.max(1, counters.segmented()));
    }
    if (!segmenter.judges().isEmpty()) {
      gauges.put("judging_held", (double) counters.held());
    }
    for (JudgeWorker judge : segmenter.judges()) {
      String name = "judge_" + judge.judge().replace('-', '_') + "_";
      JudgeDispatcher.Report report = judge.report();
      gauges.put(name + "judged", (double) report.judged());
      gauges.put(name + "given_up", (double) report.givenUp());
      gauges.put(name + "open", (double) judge.open());
      gauges.put(name + "away", report.away() ? 1.0 : 0.0);
    }
    if (segmenter.hangingTransactions().refusal().isEmpty()) {
      gauges.put(TransactionsWatched.GAUGE, (double) segmenter.hangingTransactions().left().size());
    }
    gauges.put(Liveness.GAUGE, segmenter.sinceProgress().toMillis() / 1e3);
    segmenter.lag().ifPresent(lag -> gauges.put("lag_records", lag));
    long all = 0;
    for (Reason reason : Reason.values()) {
      long refused = counters.refused(reason);
      all += refused;
      if (refused > 0) {
        gauges.put("dead_letters_" + reason.label().replace('-', '_'), (double) refused);
      }
    }
    gauges.put("dead_letters", (double) all);
    return gauges;
  }
}
