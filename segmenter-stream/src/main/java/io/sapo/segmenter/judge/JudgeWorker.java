package io.sapo.segmenter.judge;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.JudgeVerdict;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one judge's requests from their topic and puts its verdicts into theirs, on a thread of its
 * own. A request is done with when its verdict is in the log; positions follow the first that is
 * not, so that after a kill nothing is missing and what was open is asked again. Requests that are
 * done with are deleted, so that a worker whose position the brokers forgot begins where it was.
 */
public final class JudgeWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JudgeWorker.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long COMMIT_EVERY_NANOS = Duration.ofMillis(200).toNanos();
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);
  private static final int POLL_RECORDS = 64;

  /** Bound what is in memory, beside one fetch. */
  private static final int LEAST_WINDOW = 64;

  private static final long MOST_OPEN_BYTES = 64L << 20;

  /** A request whose verdict has reached the log, or needs none. */
  private record Ended(int partition, long offset) {}

  private final JudgeSettings settings;
  private final Topics topics;
  private final Topic<JudgeRequest> requests;
  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final FinishedRequests finished;
  private final JudgeDispatcher dispatcher;
  private final int window;
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread thread;
  private final Progress progress = new Progress();
  private final long startedAtMs = System.currentTimeMillis();
  private long committedAt = System.nanoTime();
  private volatile int open;
  private volatile boolean closed;

  /**
   * @param kafka client settings, at least {@code bootstrap.servers}
   * @param instance names this process, uniquely, in the group
   */
  public JudgeWorker(
      Map<String, Object> kafka, Topics topics, JudgeSettings settings, String instance) {
    this.settings = settings;
    this.topics = topics;
    this.requests = topics.judgeRequests(settings.name());
    this.consumer = consumer(kafka, instance);
    this.producer =
        ProducerClients.patient(kafka, Map.of("max.request.size", 2 * Topics.MAX_RECORD_BYTES));
    this.finished = new FinishedRequests(kafka);
    this.dispatcher = JudgeDispatcher.open(settings);
    this.window =
        Math.max(LEAST_WINDOW, 2 * settings.effort().inFlight() * settings.effort().batch());
    this.thread = new Thread(this::run, "judge-worker-" + settings.name());
    thread.setDaemon(true);
  }

  private Consumer<byte[], byte[]> consumer(Map<String, Object> kafka, String instance) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put("group.id", topics.prefix() + "segmenter-judge-" + settings.name());
    config.put("group.instance.id", instance);
    config.put("session.timeout.ms", 10_000);
    config.put("isolation.level", "read_committed");
    config.put("enable.auto.commit", false);
    config.put("auto.offset.reset", "earliest");
    config.put("max.poll.records", POLL_RECORDS);
    config.put("fetch.max.bytes", 2 * Topics.MAX_RECORD_BYTES);
    return new SkippingConsumer(config, SkippingConsumer.Damaged.SHOWN);
  }

  public void start() {
    dispatcher.failure().thenAccept(failure::complete);
    thread.start();
  }

  /** Completes, with the cause, when it ended without being asked to. */
  public CompletableFuture<Throwable> failure() {
    return failure;
  }

  public String judge() {
    return settings.name();
  }

  public JudgeDispatcher.Report report() {
    return dispatcher.report();
  }

  /** Requests that this worker has taken and not done with. */
  public int open() {
    return open;
  }

  private void run() {
    try {
      consumer.subscribe(List.of(requests.name()), new Assignment());
      while (!closed) {
        consumer.poll(POLL).forEach(this::take);
        settle();
        holdBack();
        long now = System.nanoTime();
        if (now - committedAt >= COMMIT_EVERY_NANOS) {
          committedAt = now;
          commit();
        }
        finished.deleteNowAndThen();
      }
      producer.close(CLOSE_WITHIN);
      settle();
      commit();
    } catch (RuntimeException | Error e) {
      log.error("the worker of judge {} has ended", settings.name(), e);
      failure.complete(e);
    } finally {
      producer.close(CLOSE_WITHIN);
      consumer.close(
          CloseOptions.timeout(CLOSE_WITHIN)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    progress.begun(record.partition(), record.offset(), Math.max(0, record.serializedValueSize()));
    Ended end = new Ended(record.partition(), record.offset());
    if (outdated(record)) {
      ended.add(end);
      return;
    }
    try {
      DamagedRecords.check(record.headers());
      JudgeRequest request = requests.codec().decode(record.value());
      dispatcher.submit(request, outcome -> publish(record.key(), request, outcome, end));
    } catch (RecordFormatException e) {
      log.warn(
          "{}-{}, offset {} is skipped: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      ended.add(end);
    }
  }

  /**
   * The stream has given up on it long ago; a verdict would be thrown away. Only the time that the
   * segmenter runs counts, there and here.
   */
  private boolean outdated(ConsumerRecord<byte[], byte[]> record) {
    return outdated(record.timestamp(), startedAtMs, System.currentTimeMillis(), settings.effort());
  }

  static boolean outdated(long askedMs, long startedAtMs, long nowMs, JudgeSettings.Effort effort) {
    return nowMs - Math.max(askedMs, startedAtMs) > 2 * effort.giveUpAfter().toMillis();
  }

  /** On the dispatcher's thread. */
  private void publish(byte[] key, JudgeRequest request, Outcome outcome, Ended end) {
    producer.send(
        new ProducerRecord<>(
            topics.verdicts().name(),
            request.getSourcePartition(),
            key,
            topics.verdicts().codec().encode(verdict(request, outcome))),
        (metadata, problem) -> {
          if (problem == null) {
            ended.add(end);
          } else if (!closed) {
            failure.complete(problem);
          }
        });
  }

  private JudgeVerdict verdict(JudgeRequest request, Outcome outcome) {
    JudgeVerdict.Builder verdict =
        JudgeVerdict.newBuilder()
            .setJudge(settings.name())
            .setTrajectoryId(request.getTrajectoryId())
            .setSourcePartition(request.getSourcePartition())
            .setSourceOffset(request.getSourceOffset());
    if (outcome instanceof Outcome.Judged judged) {
      verdict.setJudgement(judged.judgement());
    } else if (outcome instanceof Outcome.Declined declined) {
      verdict.setFailure("will not judge it: " + declined.why());
    } else if (outcome instanceof Outcome.Failed failed) {
      verdict.setFailure("has failed on it again and again, the last time so: " + failed.why());
    }
    return verdict.build();
  }

  private void settle() {
    for (Ended end = ended.poll(); end != null; end = ended.poll()) {
      progress.ended(end.partition(), end.offset());
    }
    open = progress.open();
  }

  private void holdBack() {
    Set<TopicPartition> all = consumer.assignment();
    if (open >= window || progress.openBytes() >= MOST_OPEN_BYTES) {
      consumer.pause(all);
    } else {
      consumer.resume(all);
    }
  }

  private void commit() {
    Map<Integer, Long> advanced = progress.advanced();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    advanced.forEach(
        (partition, offset) ->
            positions.put(
                new TopicPartition(requests.name(), partition), new OffsetAndMetadata(offset)));
    if (positions.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(positions, CLOSE_WITHIN);
      progress.committed(advanced);
      positions.forEach((at, position) -> finished.add(at, position.offset()));
    } catch (RetriableException | CommitFailedException e) {
      // Next time; or whoever has the partitions then asks again for what was not committed.
      log.debug("positions of judge {} are not committed yet", settings.name(), e);
    }
  }

  /** What was taken of partitions that are gone is another worker's now. */
  private final class Assignment implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      log.debug("judge {} of {}", settings.name(), partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      settle();
      commit();
      onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      Set<Integer> gone = new HashSet<>();
      for (TopicPartition at : partitions) {
        gone.add(at.partition());
        progress.forget(at.partition());
        finished.forget(at);
      }
      dispatcher.drop(request -> gone.contains(request.getSourcePartition()));
    }
  }

  @Override
  public void close() {
    closed = true;
    dispatcher.close();
    if (thread.getState() == Thread.State.NEW) {
      consumer.close();
      producer.close(CLOSE_WITHIN);
    } else {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    finished.close();
  }
}
