package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.TransactionsWatched;
import io.sapo.segmenter.topology.SampleTrajectories;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service on a real broker. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SegmenterBrokerTest {
  private static SegmenterFixture fixture;

  @TempDir Path stateDir;

  @BeforeAll
  static void startBroker(@TempDir Path folder) {
    fixture = new SegmenterFixture(folder);
  }

  @AfterAll
  static void stopBroker() {
    fixture.close();
  }

  @Test
  void everyRecordComesOutOnceThoughTheSegmenterIsKilledTwice() throws Exception {
    Topics topics = fixture.created("killed.");
    int good = 300;
    int groups = 40;
    int bad = 60;
    Process first = fixture.process(topics, stateDir, "");
    send(topics, 0, good / 3, groups, 0, 1);
    killOnce(topics, first, 50);
    Process second = fixture.process(topics, stateDir, "");
    send(topics, good / 3, good, groups, 1, 2);
    killOnce(topics, second, 200);
    sendBad(topics, bad);
    try (Segmenter third = fixture.segmenter(topics, stateDir, "killed", "")) {
      third.start();
      List<ConsumerRecord<byte[], byte[]>> segments =
          fixture.read(topics.segments().name(), records -> records.size() >= good + 2 * groups);
      List<ConsumerRecord<byte[], byte[]>> deadLetters =
          fixture.read(topics.deadLetters(), records -> records.size() >= bad);

      SortedMap<String, Integer> ids = new TreeMap<>();
      for (ConsumerRecord<byte[], byte[]> record : segments) {
        SegmentedTrajectory out = topics.segments().codec().decode(record.value());
        assertThat(out.getGroupComplete()).isTrue();
        assertThat(out.getGroupCount()).isEqualTo(out.getTrajectory().getGroupSize());
        ids.merge(out.getTrajectory().getTrajectoryId(), 1, Integer::sum);
      }
      assertThat(ids).hasSize(good + 2 * groups);
      assertThat(ids.values()).containsOnly(1);
      assertThat(reasons(deadLetters))
          .isEqualTo(Map.of("duplicate", bad / 2, "not-a-record", bad - bad / 2));
    }
    assertNothingOpen(topics);
  }

  /** Holds the thread that reads trajectories, once there are any. */
  public static final class Holding implements ConsumerInterceptor<byte[], byte[]> {
    private static final CountDownLatch GO_ON = new CountDownLatch(1);

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      try {
        if (!records.isEmpty()) {
          GO_ON.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
  }

  @Test
  void aThreadThatStandsStillShowsAndOneThatWaitsDoesNot() throws Exception {
    Topics topics = fixture.created("still.");
    Map<String, Object> held = new HashMap<>(fixture.kafka());
    held.put("main.consumer.interceptor.classes", Holding.class.getName());
    try (Segmenter segmenter =
        new Segmenter(held, topics, SegmenterConfig.defaults(stateDir), "still")) {
      segmenter.start();
      segmenter.ready().get();
      Thread.sleep(2_500);
      Await.until(
          "one that waits to show none",
          Duration.ofMinutes(1),
          () -> segmenter.sinceProgress().compareTo(Duration.ofSeconds(2)) < 0);
      send(topics, 0, 1, 0, 0, 0);
      while (segmenter.sinceProgress().compareTo(Duration.ofSeconds(3)) < 0) {
        Thread.sleep(50);
      }
      Holding.GO_ON.countDown();
      fixture.read(topics.segments().name(), records -> records.size() == 1);
      while (segmenter.sinceProgress().compareTo(Duration.ofSeconds(2)) > 0) {
        Thread.sleep(50);
      }
    }
  }

  /** Kills the process without warning once that many segments are committed. */
  private void killOnce(Topics topics, Process process, int segments) throws Exception {
    fixture.read(topics.segments().name(), records -> records.size() >= segments);
    process.destroyForcibly().waitFor();
  }

  /** Single trajectories, and each group's rollouts with indices in the given range. */
  private static void send(
      Topics topics, int from, int to, int groups, int firstRollout, int rolloutsEnd) {
    List<Trajectory> all = new ArrayList<>();
    IntStream.range(from, to)
        .forEach(i -> all.add(SampleTrajectories.right("single-" + i).build()));
    for (int group = 0; group < groups; group++) {
      for (int i = firstRollout; i < rolloutsEnd; i++) {
        all.add(SampleTrajectories.rollout("g" + group, i, 2, i == 0).build());
      }
    }
    try (Producer<byte[], byte[]> producer = fixture.producer()) {
      for (Trajectory trajectory : all) {
        producer.send(topics.trajectories().record(trajectory.getGroupId(), trajectory));
      }
    }
  }

  /** Half of them seen before, half of them no records at all. */
  private static void sendBad(Topics topics, int count) {
    try (Producer<byte[], byte[]> producer = fixture.producer()) {
      for (int i = 0; i < count; i++) {
        Trajectory seen = SampleTrajectories.right("single-" + i).build();
        producer.send(
            i < count / 2
                ? topics.trajectories().record(seen.getGroupId(), seen)
                : new ProducerRecord<>(topics.trajectories().name(), new byte[] {(byte) i}));
      }
    }
  }

  private static SortedMap<String, Integer> reasons(List<ConsumerRecord<byte[], byte[]>> records) {
    SortedMap<String, Integer> reasons = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      reasons.merge(
          DeadLetters.header(record.headers(), DeadLetters.REASON).orElseThrow(), 1, Integer::sum);
    }
    return reasons;
  }

  /** A transaction left open would hold back readers of what comes after it. */
  private static void assertNothingOpen(Topics topics) {
    try (KafkaConsumer<byte[], byte[]> all = fixture.consumer("read_uncommitted");
        KafkaConsumer<byte[], byte[]> committed = fixture.consumer("read_committed")) {
      for (String topic : List.of(topics.segments().name(), topics.deadLetters())) {
        List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
        assertThat(committed.endOffsets(partition)).isEqualTo(all.endOffsets(partition));
      }
    }
  }

  @Test
  void afterARestSoLongThatTheBrokersForgotItsPositionItGoesOnWhereItWas() throws Exception {
    Topics topics = fixture.created("rested.");
    send(topics, 0, 60, 10, 0, 1);
    try (Segmenter first = fixture.segmenter(topics, stateDir, "rested", "")) {
      first.start();
      fixture.read(topics.segments().name(), records -> records.size() >= 60);
    }
    sendBad(topics, 4);
    try (Segmenter second = fixture.segmenter(topics, stateDir, "rested", "")) {
      second.start();
      fixture.read(topics.deadLetters(), records -> records.size() >= 4);
    }
    String group = topics.prefix() + "segmenter";
    try (Admin admin = Admin.create(fixture.kafka())) {
      var positions = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      admin.deleteConsumerGroupOffsets(group, positions.keySet()).all().get();
    }
    send(topics, 60, 80, 10, 1, 2);
    sendBad(topics, 2);
    try (Segmenter third = fixture.segmenter(topics, stateDir, "rested", "")) {
      third.start();
      List<ConsumerRecord<byte[], byte[]>> segments =
          fixture.read(topics.segments().name(), records -> records.size() >= 80 + 2 * 10);
      assertThat(segments)
          .extracting(record -> topics.segments().codec().decode(record.value()))
          .extracting(out -> out.getTrajectory().getTrajectoryId())
          .doesNotHaveDuplicates();
      assertThat(reasons(fixture.read(topics.deadLetters(), records -> records.size() >= 6)))
          .isEqualTo(Map.of("duplicate", 3, "not-a-record", 3));
      assertThat(third.counters().read()).isLessThan(80 + 20 + 6);
    }
  }

  @Test
  void statusTellsWhatHappens() throws Exception {
    Topics topics = fixture.created("status.");
    send(topics, 0, 5, 0, 0, 0);
    sendBad(topics, 2);
    Segmenter segmenter = fixture.segmenter(topics, stateDir, "one", "");
    segmenter.start();
    Status running =
        awaitStatus(
            topics,
            status ->
                status.getState().equals("running")
                    && status.getGauges().get("records_read") == 7
                    && status.getGauges().getOrDefault("lag_records", 1.0) == 0);
    assertThat(looksForHangingTransactions()).isTrue();
    segmenter.close();
    assertThat(looksForHangingTransactions()).isFalse();
    Status stopped = awaitStatus(topics, status -> status.getState().equals("stopped"));

    assertThat(running.getComponent()).isEqualTo(Component.SEGMENTER);
    assertThat(running.getInstance()).isEqualTo("one");
    assertThat(running.getInfo()).containsEntry("strategy", "entropy(30%)");
    assertThat(running.getGauges()).containsEntry(TransactionsWatched.GAUGE, 0.0);
    assertThat(stopped.getGauges())
        .containsEntry("records_segmented", 5.0)
        .containsEntry("dead_letters", 2.0)
        .containsEntry("dead_letters_duplicate", 1.0)
        .containsEntry("dead_letters_not_a_record", 1.0);
    assertThat(segmenter.health()).isEqualTo(new SegmenterHealth("stopped", ""));
  }

  private static boolean looksForHangingTransactions() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("hanging-transactions"));
  }

  @Test
  void missingTopicsEndInAFailureThatSaysSo() throws Exception {
    Topics topics = new Topics("missing.");
    try (Segmenter segmenter = fixture.segmenter(topics, stateDir, "two", "")) {
      segmenter.start();
      segmenter.awaitEnd();

      assertThat(segmenter.health().failed()).isTrue();
      assertThat(segmenter.health().message()).contains("missing.trajectories");
    }
  }

  private static Status awaitStatus(Topics topics, Predicate<Status> wanted) {
    List<ConsumerRecord<byte[], byte[]>> records =
        fixture.read(
            topics.status().name(),
            all -> !all.isEmpty() && wanted.test(status(topics, all.get(all.size() - 1))));
    return status(topics, records.get(records.size() - 1));
  }

  private static Status status(Topics topics, ConsumerRecord<byte[], byte[]> record) {
    return topics.status().codec().decode(record.value());
  }
}
