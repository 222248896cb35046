package io.sapo.admin.topics;

import io.sapo.admin.config.Limits;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.VersionLog;
import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the run's topics into a {@link RunState}, on one thread of its own, committed records only.
 *
 * <p>It begins as far back as the state keeps, and looks at how the run began, takes up topics when
 * they appear, and after a failure goes on where it was. Ownership: the consumer lives and dies on
 * the thread.
 */
public final class TopicFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long RETRY_MS = 2_000;

  private final Map<String, Object> client;
  private final RunState state;
  private final SortedMap<String, Integer> tails;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> firstEnds = new HashMap<>();
  private final Liveness liveness = new Liveness(System::nanoTime);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Consumer<byte[], byte[]> consumer;
  private volatile String failure = "";
  private volatile boolean caughtUp;

  public TopicFollower(Map<String, Object> client, RunState state, Limits limits) {
    this.client = client;
    this.state = state;
    this.tails = tails(state.topics(), limits);
    this.thread = new Thread(this::run, "admin-topics");
    this.thread.setDaemon(true);
  }

  /** How many offsets back from the end each topic is read; -1 is from the beginning. */
  private static SortedMap<String, Integer> tails(Topics topics, Limits limits) {
    SortedMap<String, Integer> tails = new TreeMap<>();
    tails.put(topics.status().name(), -1);
    // A transaction's end takes an offset, too: half of these are records.
    tails.put(topics.weights().name(), 2 * limits.index().versions());
    tails.put(topics.segments().name(), limits.index().trajectories());
    tails.put(topics.credits().name(), limits.index().trajectories());
    tails.put(topics.evaluations().name(), 10_000);
    tails.put(topics.control().name(), 1_000);
    tails.put(topics.deadLetters(), 2 * limits.index().deadLetters());
    return tails;
  }

  /** Whether its loop still makes progress. */
  public Liveness liveness() {
    return liveness;
  }

  public void start() {
    thread.start();
  }

  /** What keeps it from reading; empty when nothing does. */
  public String failure() {
    return failure;
  }

  /** Whether everything that lay in the topics at the start has been read. */
  public boolean caughtUp() {
    return caughtUp;
  }

  private void run() {
    while (closing.getCount() > 0) {
      liveness.beat();
      try (Consumer<byte[], byte[]> opened = open()) {
        consumer = opened;
        follow(opened);
      } catch (WakeupException e) {
        LOG.debug("woken to close");
      } catch (KafkaException e) {
        failure = "cannot read the topics: " + e.getMessage();
        LOG.warn("{}; trying again in {} ms", failure, RETRY_MS, e);
        pause();
      } finally {
        consumer = null;
      }
    }
  }

  private void pause() {
    try {
      closing.await(RETRY_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      closing.countDown();
      Thread.currentThread().interrupt();
    }
  }

  private Consumer<byte[], byte[]> open() {
    return CommittedReaders.with(
        client,
        Map.of(
            ConsumerConfig.CLIENT_ID_CONFIG,
            "sapo-admin-follower",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            8 << 20,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            200,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) ASK.toMillis()),
        SkippingConsumer.Damaged.SHOWN);
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> assigned = new HashSet<>();
    long looked = System.nanoTime() - LOOK_AGAIN_NANOS;
    while (closing.getCount() > 0) {
      liveness.beat();
      if (System.nanoTime() - looked >= LOOK_AGAIN_NANOS) {
        assign(consumer, assigned);
        looked = System.nanoTime();
      }
      if (assigned.isEmpty()) {
        pause();
        continue;
      }
      read(consumer);
      caughtUp = reachedFirstEnds(consumer);
    }
  }

  private void read(Consumer<byte[], byte[]> consumer) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        state.apply(record);
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
    } catch (OffsetOutOfRangeException e) {
      LOG.warn("records expired before they were read, going on after them: {}", e.getMessage());
      consumer.seekToBeginning(e.partitions());
    }
  }

  /** Takes up partitions that are there now and were not before. */
  private void assign(Consumer<byte[], byte[]> consumer, Set<TopicPartition> assigned) {
    Map<String, List<PartitionInfo>> there = consumer.listTopics(ASK);
    List<TopicPartition> added = new ArrayList<>();
    for (String topic : tails.keySet()) {
      for (PartitionInfo partition : there.getOrDefault(topic, List.of())) {
        TopicPartition found = new TopicPartition(topic, partition.partition());
        if (assigned.add(found)) {
          added.add(found);
        }
      }
    }
    failure = "";
    if (!added.isEmpty()) {
      consumer.assign(assigned);
      seek(consumer, added);
    }
  }

  /**
   * The first commit records, where the others begin behind them: by a consumer of its own, as
   * another assignment would lose positions.
   *
   * @param begin first offset of the partition
   */
  private void readBeginning(TopicPartition weights, long begin, long from) {
    long end = Math.min(from, begin + VersionLog.BEGINNING);
    try (Consumer<byte[], byte[]> reader = open()) {
      reader.assign(List.of(weights));
      reader.seek(weights, begin);
      long position = begin;
      while (position < end && closing.getCount() > 0) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
          if (record.offset() < end) {
            state.applyBeginning(record);
          }
        }
        liveness.beat();
        position = reader.position(weights, ASK);
      }
    }
  }

  private void seek(Consumer<byte[], byte[]> consumer, List<TopicPartition> added) {
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(added, ASK);
    Map<TopicPartition, Long> ends = consumer.endOffsets(added, ASK);
    for (TopicPartition partition : added) {
      long begin = begins.get(partition);
      long end = ends.get(partition);
      int tail = tails.get(partition.topic());
      long from = tail < 0 ? begin : Math.max(begin, end - tail);
      long known = positions.getOrDefault(partition, from);
      consumer.seek(partition, known < begin || known > end ? from : known);
      boolean unseen = from > begin && !positions.containsKey(partition);
      if (unseen && partition.topic().equals(state.topics().weights().name())) {
        readBeginning(partition, begin, from);
      }
      firstEnds.put(partition, end);
    }
  }

  private boolean reachedFirstEnds(Consumer<byte[], byte[]> consumer) {
    firstEnds.entrySet().removeIf(end -> consumer.position(end.getKey(), ASK) >= end.getValue());
    return firstEnds.isEmpty();
  }

  @Override
  public void close() {
    closing.countDown();
    ConsumerThread.stop(thread, consumer);
  }
}
