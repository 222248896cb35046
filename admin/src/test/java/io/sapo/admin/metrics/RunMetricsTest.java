package io.sapo.admin.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Limits;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What a scrape says of records that a server which has begun again reads a part of. */
class RunMetricsTest {
  private static final int LETTERS = 5_000;
  private static final int TAIL = 4_000;
  private static final List<String> COUNTERS =
      List.of(
          "records_read",
          "dead_letters_malformed",
          "rewards_length_normalised",
          "rewards_formatted",
          "rewards_overlong",
          "process_scored_segments",
          "judge_taste_judged",
          "judge_of_style_given_up");

  private final Topics topics = new Topics("m.");
  private final TreeMap<String, Lags.Flow> flows = new TreeMap<>();

  private RunState from(int offset) {
    RunState run = new RunState(topics, Limits.defaults());
    for (int i = offset; i < LETTERS; i++) {
      RecordHeaders headers =
          new RecordHeaders(
              DeadLetters.headers(i % 3 == 0 ? "duplicate" : "malformed", "", "m.t", 0, i)
                  .toArray());
      run.apply(
          new ConsumerRecord<>(
              topics.deadLetters(),
              0,
              i,
              i,
              TimestampType.CREATE_TIME,
              0,
              1,
              null,
              new byte[1],
              headers,
              Optional.empty()));
    }
    return run;
  }

  private String scrape(RunState run, boolean caughtUp) {
    Lags lags = new Lags(0, "", flows, List.of(), Optional.empty());
    return RunMetrics.of(run, lags, caughtUp, List.of(), 0);
  }

  @Test
  void anotherServerOverTheSameTopicSaysTheSame() {
    flows.put(topics.deadLetters(), new Lags.Flow(LETTERS, 0));
    String first = scrape(from(0), true);
    assertThat(first)
        .contains("\nsapo_dead_letters_total 5000.0\n")
        .contains("\nsapo_newest_dead_letters{reason=\"malformed\"} 1333.0\n")
        .contains("# TYPE sapo_unreadable_records gauge\n");
    assertThat(scrape(from(LETTERS - TAIL), true)).isEqualTo(first);
  }

  @Test
  void whatIsCountedFromRecordsWaitsUntilTheyAreRead() {
    flows.put(topics.deadLetters(), new Lags.Flow(LETTERS, 0));
    assertThat(scrape(from(LETTERS - 10), false))
        .contains("sapo_dead_letters_total 5000.0")
        .doesNotContain("newest_dead_letters", "unreadable");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNoTopicWithoutLetters() {
    assertThat(scrape(from(0), true)).doesNotContain("sapo_dead_letters_total");
  }

  @Test
  void noHeartbeatPushesTheRunsOwnMetricsOut() {
    flows.put(topics.deadLetters(), new Lags.Flow(LETTERS, 0));
    RunState run = from(LETTERS - 1);
    TreeMap<String, Double> gauges = new TreeMap<>();
    for (int i = 0; i < 1_500; i++) {
      gauges.put("forged_%04d".formatted(i), 1.0);
    }
    hear(run, gauges);
    String scraped = scrape(run, true);
    assertThat(scraped)
        .contains(
            "\nsapo_topic_offsets_total{topic=\"dead-letters\"} 5000.0\n",
            "\nsapo_dead_letters_total 5000.0\n",
            "\nsapo_unreadable_records 0.0\n",
            "\nsapo_heartbeat_age_seconds{",
            "\nsapo_segmenter_forged_0000{");
    int kept = (int) scraped.lines().filter(line -> line.startsWith("sapo_segmenter_")).count();
    assertThat(kept).isBetween(900, 999);
    assertThat(scraped).contains("\nsapo_metric_names_left_out %d.0\n".formatted(1_500 - kept));
    assertThat(scrape(from(LETTERS - 1), true)).contains("\nsapo_metric_names_left_out 0.0\n");
  }

  @Test
  void whatOnlyGrowsIsACounter() {
    flows.put(topics.deadLetters(), new Lags.Flow(LETTERS, 0));
    RunState run = from(LETTERS - 1);
    TreeMap<String, Double> gauges = new TreeMap<>();
    for (String name : COUNTERS) {
      gauges.put(name, 3.0);
    }
    gauges.put("judge_taste_open", 2.0);
    gauges.put("process_reward_mean", 0.5);
    hear(run, gauges);
    String scraped = scrape(run, true);
    for (String name : COUNTERS) {
      assertThat(scraped).contains("# TYPE sapo_segmenter_" + name + "_total counter\n");
    }
    assertThat(scraped)
        .contains("# TYPE sapo_segmenter_judge_taste_open gauge\n")
        .contains("# TYPE sapo_segmenter_process_reward_mean gauge\n");
  }

  private void hear(RunState run, TreeMap<String, Double> gauges) {
    Status status =
        Status.newBuilder()
            .setComponent(Component.SEGMENTER)
            .setInstance("one")
            .setState("running")
            .setVersion(1)
            .setStartedAtMs(0)
            .setAtMs(0)
            .setIntervalMs(1_000)
            .setGauges(gauges)
            .build();
    run.apply(
        new ConsumerRecord<>(
            topics.status().name(),
            0,
            0,
            Topic.keyBytes("SEGMENTER/one"),
            topics.status().codec().encode(status)));
  }
}
