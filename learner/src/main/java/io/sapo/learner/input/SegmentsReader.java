package io.sapo.learner.input;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the segments topic ahead of training, on a thread of its own, and admits records as they
 * come (decoding pictures takes time that training need not wait for). Every partition is read;
 * none is shared with another learner.
 */
public final class SegmentsReader implements BatchAssembler.Source, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SegmentsReader.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final String sources;
  private final Admission admission;
  private final Prefetched prefetched;
  private final SortedMap<Integer, Long> positions = new TreeMap<>();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile long lag;
  private volatile SortedMap<Integer, Long> published = new TreeMap<>();

  /**
   * Starts reading.
   *
   * @param consumer read-committed, without group; this reader's to close
   * @param topics of the run
   * @param from by partition: first offset to read; a partition not named is read from its start
   * @param maxRecords read ahead at most
   * @param maxBytes read ahead at most, give or take a record
   */
  public SegmentsReader(
      Consumer<byte[], byte[]> consumer,
      Topics topics,
      Admission admission,
      SortedMap<Integer, Long> from,
      int maxRecords,
      long maxBytes) {
    this.consumer = consumer;
    this.admission = admission;
    this.sources = topics.trajectories().name();
    String topic = topics.segments().name();
    this.prefetched = new Prefetched(maxRecords, maxBytes);
    try {
      consumer.partitionsFor(topic).stream()
          .map(info -> info.partition())
          .sorted()
          .forEach(
              partition -> {
                partitions.add(new TopicPartition(topic, partition));
                positions.put(partition, from.getOrDefault(partition, 0L));
              });
      consumer.assign(partitions);
      partitions.forEach(at -> consumer.seek(at, positions.get(at.partition())));
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    this.thread = new Thread(this::fetch, "sapo-learner-fetch");
    thread.setDaemon(true);
    thread.start();
  }

  /** By partition: where reading began. */
  public SortedMap<Integer, Long> from() {
    return positions;
  }

  @Override
  public InputRecord next() throws InterruptedException {
    return prefetched.take(POLL.toMillis());
  }

  @Override
  public SortedMap<Integer, Long> published() {
    return published;
  }

  /** Records on the log that have not been handed out yet; an estimate. */
  public long lag() {
    return lag + prefetched.size();
  }

  private void fetch() {
    try (consumer) {
      boolean paused = false;
      while (!closed) {
        boolean full = !prefetched.hasRoom();
        if (full && !paused) {
          consumer.pause(partitions);
        } else if (!full && paused) {
          consumer.resume(partitions);
        }
        paused = full;
        read();
        lag = measureLag();
      }
    } catch (WakeupException e) {
      if (!closed) {
        prefetched.fail(e);
      }
    } catch (RuntimeException | Error e) {
      prefetched.fail(e);
    }
  }

  private void read() {
    try {
      boolean looked = false;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        InputRecord input = admitted(record);
        if (input.source() == null && !looked) {
          looked = true;
          published = askPublished();
        }
        prefetched.put(input);
      }
    } catch (OffsetOutOfRangeException e) {
      e.offsetOutOfRangePartitions().forEach((at, position) -> goOn(at, position, e));
    }
  }

  private InputRecord admitted(ConsumerRecord<byte[], byte[]> record) {
    Position position = new Position(record.partition(), record.offset());
    return DamagedRecords.why(record.headers())
        .map(why -> InputRecord.refused(position, InputRecord.DAMAGED + ": " + why, null, 0))
        .orElseGet(() -> admission.admit(position, record.value()));
  }

  /** An absent broker is waited for, as where records are. */
  private SortedMap<Integer, Long> askPublished() {
    while (!closed) {
      try {
        return publishedNow();
      } catch (RetriableException e) {
        log.debug("the brokers do not say where {} ends", sources, e);
      }
    }
    return published;
  }

  private SortedMap<Integer, Long> publishedNow() {
    List<TopicPartition> trajectories =
        consumer.partitionsFor(sources).stream()
            .map(info -> new TopicPartition(sources, info.partition()))
            .toList();
    SortedMap<Integer, Long> ends = new TreeMap<>();
    consumer.endOffsets(trajectories).forEach((at, end) -> ends.put(at.partition(), end));
    return ends;
  }

  /** After records that expired before they were read; a log that has lost its end is an error. */
  private void goOn(TopicPartition at, long position, OffsetOutOfRangeException cause) {
    long begin = consumer.beginningOffsets(List.of(at)).get(at);
    if (begin <= position) {
      throw new IllegalStateException(
          "%s is to be read from offset %d, but ends before it: the topic was truncated, or deleted and made anew. Restore it"
              .formatted(at, position),
          cause);
    }
    log.warn(
        "{}: offsets {} to {} expired before they were read; training goes on behind them",
        at,
        position,
        begin - 1);
    prefetched.put(InputRecord.lost(new Position(at.partition(), position), begin));
    consumer.seek(at, begin);
  }

  private long measureLag() {
    long sum = 0;
    for (TopicPartition partition : partitions) {
      OptionalLong behind = consumer.currentLag(partition);
      sum += behind.orElse(0);
    }
    return sum;
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
