package io.sapo.producer.rollout;

import io.sapo.schemas.AnsweredCommands;
import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.Component;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link QueueView} fresh on a thread of its own: end offsets of the trajectories topic,
 * dead letters of trajectories, heartbeats and operators' commands to them.
 */
final class QueueWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);
  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** Refreshes between two looks at what has expired. */
  private static final int BEGINS_EVERY = 600;

  /** Nothing has moved for so long: then it is looked at what there is to wait for. */
  private static final Duration STANDSTILL = Duration.ofSeconds(5);

  private static final int MAX_NAME_CHARS = 1_024;
  private static final String CONTROL_TARGET = "producer";

  private final Topics topics;
  private final Supplier<Optional<WeightVersion>> newest;
  private final LongSupplier nanoTime;
  private final Runnable onChange;
  private final Consumer<byte[], byte[]> consumer;
  private final AbsentOffsets absent;
  private final Thread thread;

  private final Map<Integer, NavigableSet<Long>> refused = new ConcurrentHashMap<>();
  private final OtherProducers others;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private Optional<BatchProgress> batch = Optional.empty();
  private Optional<String> pausedBy = Optional.empty();
  private final AnsweredCommands commands = new AnsweredCommands();
  private SortedMap<Integer, Long> begins = new TreeMap<>();
  private SortedMap<Integer, Long> queued = new TreeMap<>();
  private long queuedSince;
  private long refreshes;
  private volatile QueueView view;
  private volatile String lostEnd = "";
  private volatile boolean closed;

  /**
   * @param newest newest committed version; what its positions have passed is forgotten
   * @param nanoTime running time of this process
   * @param onChange called after every refresh, on the watch's thread
   */
  QueueWatch(
      Map<String, Object> clientConfig,
      Topics topics,
      String instance,
      Supplier<Optional<WeightVersion>> newest,
      LongSupplier nanoTime,
      Runnable onChange) {
    this.topics = topics;
    this.others = new OtherProducers(instance, nanoTime);
    this.newest = newest;
    this.nanoTime = nanoTime;
    this.onChange = onChange;
    // A time-out would end the producer.
    consumer = CommittedReaders.patient(clientConfig);
    absent = new AbsentOffsets(clientConfig);
    thread = new Thread(this::run, "queue-watch");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Empty until the topics have been read once. */
  Optional<QueueView> view() {
    return Optional.ofNullable(view);
  }

  /** What became of operators' commands. */
  AnsweredCommands commands() {
    return commands;
  }

  /** Completes, with the cause, when watching ended without being asked to. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      consumer.close();
      return;
    }
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer;
        absent) {
      List<TopicPartition> followed = partitions(topics.deadLetters());
      followed.addAll(partitions(topics.status().name()));
      followed.addAll(partitions(topics.control().name()));
      List<TopicPartition> trajectories = partitions(topics.trajectories().name());
      consumer.assign(followed);
      readToEnd(followed);
      while (!closed) {
        refresh(trajectories);
        consumer.poll(INTERVAL).forEach(this::take);
      }
    } catch (WakeupException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      log.error("watching the queue has ended", e);
      failure.complete(e);
    }
  }

  private List<TopicPartition> partitions(String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer
        .partitionsFor(topic)
        .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    return partitions;
  }

  private void readToEnd(List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (!closed && partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      consumer.poll(INTERVAL).forEach(this::take);
    }
  }

  private void refresh(List<TopicPartition> trajectories) {
    Optional<WeightVersion> committed = newest.get();
    SortedMap<Integer, Long> ends = byPartition(consumer.endOffsets(trajectories));
    if (begins.isEmpty() || ++refreshes % BEGINS_EVERY == 0) {
      begins = byPartition(consumer.beginningOffsets(trajectories));
    }
    noteLostEnd(committed, ends);
    newest.get().ifPresent(this::forgetConsumed);
    leaveOutAbsent(ends);
    view = look(ends);
    onChange.run();
  }

  private void noteLostEnd(Optional<WeightVersion> committed, SortedMap<Integer, Long> ends) {
    Consumed consumed = Consumed.of(committed, Optional.empty());
    String found =
        consumed
            .endingBefore(ends)
            .map(
                partition ->
                    "topic %s was made anew, or has lost its newest records: partition %d ends at offset %d, and version %d has consumed it up to %d. Producers do not know what waits there, and may generate too much; fork the run or restore the topic"
                        .formatted(
                            topics.trajectories().name(),
                            partition,
                            ends.get(partition),
                            committed.orElseThrow().getVersion(),
                            consumed.next(partition)))
            .orElse("");
    if (lostEnd.isEmpty() && !found.isEmpty()) {
      log.error("{}", found);
    }
    lostEnd = found;
  }

  /** What is wrong with the trajectories topic; empty while nothing is. */
  String lostEnd() {
    return lostEnd;
  }

  /** What is absent counts as refused: nobody will train on it either. */
  private void leaveOutAbsent(SortedMap<Integer, Long> ends) {
    Consumed consumed = Consumed.of(newest.get(), batch);
    SortedMap<Integer, Long> queue = new TreeMap<>();
    ends.forEach((partition, end) -> queue.put(partition, end - consumed.next(partition)));
    long now = nanoTime.getAsLong();
    if (!queue.equals(queued)) {
      queued = queue;
      queuedSince = now;
    }
    if (now - queuedSince < STANDSTILL.toNanos()) {
      return;
    }
    queuedSince = now;
    ends.forEach(
        (partition, end) -> {
          TopicPartition at = new TopicPartition(topics.trajectories().name(), partition);
          long from = Math.max(consumed.next(partition), begins.getOrDefault(partition, 0L));
          NavigableSet<Long> found = absent.in(at, from, end);
          if (!found.isEmpty()) {
            refused.computeIfAbsent(partition, p -> new ConcurrentSkipListSet<>()).addAll(found);
          }
        });
  }

  private static SortedMap<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    SortedMap<Integer, Long> sorted = new TreeMap<>();
    offsets.forEach((at, offset) -> sorted.put(at.partition(), offset));
    return sorted;
  }

  private QueueView look(SortedMap<Integer, Long> ends) {
    OtherProducers.Sight producers = others.look(pausedBy.isPresent());
    return new QueueView(
        begins,
        ends,
        refused,
        batch,
        producers.live(),
        producers.unpublished(),
        producers.joined(),
        pausedBy);
  }

  private void forgetConsumed(WeightVersion version) {
    Consumed consumed = Consumed.of(Optional.of(version), batch);
    refused.forEach((partition, offsets) -> offsets.headSet(consumed.next(partition)).clear());
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(topics.deadLetters())) {
        takeDeadLetter(record);
      } else if (record.topic().equals(topics.control().name())) {
        takeCommand(topics.control().codec().decode(record.value()));
      } else if (record.value() != null) {
        takeStatus(topics.status().codec().decode(record.value()));
      }
    } catch (RecordFormatException | NumberFormatException e) {
      log.warn(
          "{}-{}, offset {} is skipped: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }

  private void takeDeadLetter(ConsumerRecord<byte[], byte[]> record) {
    Optional<String> source = DeadLetters.header(record.headers(), DeadLetters.SOURCE_TOPIC);
    if (!source.equals(Optional.of(topics.trajectories().name()))) {
      return;
    }
    int partition =
        Integer.parseInt(
            DeadLetters.header(record.headers(), DeadLetters.SOURCE_PARTITION).orElse(""));
    long offset =
        Long.parseLong(DeadLetters.header(record.headers(), DeadLetters.SOURCE_OFFSET).orElse(""));
    refused.computeIfAbsent(partition, p -> new ConcurrentSkipListSet<>()).add(offset);
  }

  private void takeStatus(Status status) {
    if (status.getComponent() == Component.LEARNER) {
      batch =
          Optional.ofNullable(status.getInfo().get(BatchProgress.INFO))
              .flatMap(BatchProgress::parse);
    } else {
      others.take(status);
    }
  }

  private void takeCommand(Control command) {
    if (!command.getTarget().equals(CONTROL_TARGET)) {
      return;
    }
    if (command.getAction() == ControlAction.PAUSE) {
      String who = command.getRequestedBy();
      pausedBy = Optional.of(who.substring(0, Math.min(who.length(), MAX_NAME_CHARS)));
      commands.answer(command.getCommandId(), "done: no more rollouts begin");
    } else if (command.getAction() == ControlAction.RESUME) {
      pausedBy = Optional.empty();
      commands.answer(command.getCommandId(), "done: rollouts go on");
    }
  }
}
