package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Who takes over when, on a clock that goes on while heartbeats are waited for. */
class StandbyTest {
  private static final Topics TOPICS = new Topics("sapo.");
  private static final TopicPartition STATUS = new TopicPartition(TOPICS.status().name(), 0);
  private static final Duration BEAT = Duration.ofSeconds(1);

  private final Broker broker = new Broker();

  /** A topic of heartbeats, what happens to it when, and the clock. */
  private static final class Broker extends MockConsumer<byte[], byte[]> {
    private final TreeMap<Long, Runnable> events = new TreeMap<>();
    private long nanos;
    private long end;
    private boolean away;

    Broker() {
      super("earliest");
      updatePartitions(
          STATUS.topic(),
          List.of(new PartitionInfo(STATUS.topic(), 0, Node.noNode(), new Node[0], new Node[0])));
      updateBeginningOffsets(Map.of(STATUS, 0L));
      updateEndOffsets(Map.of(STATUS, 0L));
    }

    /** What happens at a time, in milliseconds. */
    void at(long millis, Runnable event) {
      events.merge(
          TimeUnit.MILLISECONDS.toNanos(millis),
          event,
          (one, other) ->
              () -> {
                one.run();
                other.run();
              });
    }

    private void pass(Duration time) {
      nanos += time.toNanos();
      while (!events.isEmpty() && events.firstKey() <= nanos) {
        events.pollFirstEntry().getValue().run();
      }
    }

    long millis() {
      return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    void beat(String state) {
      Status status =
          Status.newBuilder(RepublicationTest.status(3, null))
              .setComponent(Component.LEARNER)
              .setState(state)
              .setIntervalMs(BEAT.toMillis())
              .build();
      addRecord(
          new ConsumerRecord<>(
              STATUS.topic(), 0, end, null, TOPICS.status().record("learner", status).value()));
      updateEndOffsets(Map.of(STATUS, ++end));
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration wait) {
      if (away) {
        pass(wait);
        return ConsumerRecords.empty();
      }
      ConsumerRecords<byte[], byte[]> records = super.poll(Duration.ZERO);
      if (records.isEmpty()) {
        pass(wait);
      }
      return records;
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions, Duration wait) {
      if (away) {
        pass(wait);
        throw new TimeoutException("away");
      }
      pass(Duration.ofMillis(1));
      return endOffsets(partitions);
    }
  }

  /** After it has heard one heartbeat, as the last of an earlier life is heard. */
  private Standby standby() {
    broker.at(0, () -> broker.beat("running"));
    broker.assign(List.of(STATUS));
    broker.pass(Duration.ZERO);
    return new Standby(
        new LiveProcesses(broker, TOPICS, Component.LEARNER, said -> false, () -> broker.nanos));
  }

  private void beats(long fromMillis, long toMillis) {
    for (long at = fromMillis; at <= toMillis; at += BEAT.toMillis()) {
      broker.at(at, () -> broker.beat("running"));
    }
  }

  @Test
  void takesOverWhenThreeHeartbeatsAreMissing() {
    beats(1_000, 5_000);
    try (Standby standby = standby()) {
      standby.await(() -> false);
      assertThat(broker.millis()).isBetween(8_000L, 8_500L);
    }
  }

  @Test
  void takesOverAtOnceFromOneThatSaysItHasEnded() {
    beats(1_000, 5_000);
    broker.at(5_100, () -> broker.beat("stopped"));
    try (Standby standby = standby()) {
      standby.await(() -> false);
      assertThat(broker.millis()).isBetween(5_100L, 5_500L);
    }
  }

  @Test
  void heartbeatsThatCannotBeDeliveredForAWhileAreNoSilence() {
    beats(1_000, 3_000);
    broker.at(3_500, () -> broker.away = true);
    broker.at(8_500, () -> broker.away = false);
    beats(10_500, 20_500);
    try (Standby standby = standby()) {
      standby.await(() -> false);
      assertThat(broker.millis()).as("silent after 20.5 s").isBetween(23_500L, 24_000L);
    }
  }

  @Test
  void whileTheBrokersComeAndGoNobodyIsSilent() {
    for (long at = 2_000; at < 30_000; at += 4_000) {
      broker.at(at, () -> broker.away = true);
      broker.at(at + 2_000, () -> broker.away = false);
    }
    try (Standby standby = standby()) {
      standby.await(() -> false);
      assertThat(broker.millis()).as("reached since 28 s").isBetween(31_000L, 31_500L);
    }
  }

  /** As while the learner that would take over reads what is committed, or was suspended. */
  @Test
  void whatWasSaidWhileNobodyListenedCounts() {
    beats(1_000, 60_000);
    try (Standby standby = standby()) {
      broker.pass(Duration.ofSeconds(40));
      standby.await(() -> false);
      assertThat(broker.millis()).as("silent after 60 s").isBetween(63_000L, 63_500L);
    }
  }

  @Test
  void stopsWaitingWhenAskedEvenIfNoBrokerAnswers() {
    broker.at(500, () -> broker.away = true);
    try (Standby standby = standby()) {
      standby.await(() -> broker.millis() > 20_000);
      assertThat(broker.millis()).isBetween(20_000L, 22_000L);
    }
  }

  @Test
  void oneThatWasHeardJustOnceIsWaitedForBeforeItIsSpokenFor() {
    beats(1_000, 3_000);
    try (Standby standby = standby()) {
      assertThat(standby.otherAtWork()).isTrue();
      assertThat(broker.millis()).isBetween(1_000L, 1_200L);
    }
  }

  @Test
  void oneThatWasKilledIsNotAtWork() {
    try (Standby standby = standby()) {
      assertThat(standby.otherAtWork()).isFalse();
      assertThat(broker.millis()).isBetween(3_000L, 3_500L);
    }
  }
}
