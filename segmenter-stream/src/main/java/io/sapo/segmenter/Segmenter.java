package io.sapo.segmenter;

import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.RestartException;
import io.sapo.schemas.Topics;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.judge.JudgeWorker;
import io.sapo.segmenter.topology.Counters;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.segmenter.topology.SegmenterTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segmenter as a service: reads trajectories, writes segments and dead letters, each record
 * exactly once, until closed. Bad data becomes dead letters; any exception is a bug, or a broker
 * that stayed away, and stops the service in the state {@code failed} with nothing half done.
 *
 * <p>The topics must exist. Several instances may share the work; each needs an instance name and a
 * state folder of its own. Thread-safe.
 */
public final class Segmenter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Segmenter.class);

  /** Those that restore state are asked only while there is some to restore. */
  private static final Predicate<String> MAIN_CONSUMER =
      Pattern.compile("-StreamThread-\\d+-consumer$").asPredicate();

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(6);

  private final Map<String, Object> kafka;
  private final Topics topics;
  private final SegmenterConfig config;
  private final String instance;
  private final Counters counters = new Counters();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final LostPositions positions;
  private final Duration heartbeat;
  private final Heartbeats heartbeats;
  private final String inputTopic;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final LostTransactions lostTransactions = new LostTransactions();
  private final HangingTransactions hangingTransactions;
  private final OwnTopics ownTopics;
  private final List<JudgeWorker> judges = new CopyOnWriteArrayList<>();

  private volatile Optional<InputWatch> inputWatch = Optional.empty();

  /** Null before the start. */
  private volatile KafkaStreams streams;

  /**
   * @param kafka client settings, at least {@code bootstrap.servers}
   * @param instance names this process, uniquely, in the group, in status records and in logs; an
   *     instance that comes back under its name after a crash goes on at once
   */
  public Segmenter(
      Map<String, Object> kafka, Topics topics, SegmenterConfig config, String instance) {
    this.kafka = kafka;
    this.topics = topics;
    this.config = config;
    this.instance = instance;
    inputTopic = topics.trajectories().name();
    positions = new LostPositions(kafka, topics, StreamsSettings.applicationId(topics));
    hangingTransactions = new HangingTransactions(kafka, topics);
    ownTopics =
        new OwnTopics(kafka, topics, config.judges().stream().map(JudgeSettings::name).toList());
    heartbeat = config.heartbeat();
    heartbeats =
        new Heartbeats(
            kafka,
            topics,
            "segmenter-status-" + instance,
            new SegmenterStatus(this, config, instance)::now);
  }

  /** Returns once its position is known; {@link #health} tells when it runs. */
  public void start() {
    LeftLibraries.sweep(Path.of(System.getProperty("java.io.tmpdir")), Instant.now());
    heartbeats.start(heartbeat);
    hangingTransactions.start();
    EarlierTopics earlier = new EarlierTopics(kafka, topics, config.stateDir(), instance);
    if (positions.restore()) {
      earlier.deleteOwn();
    }
    boolean judging = ownTopics.prepareJudges();
    ownTopics.followInput();
    streams =
        new KafkaStreams(
            SegmenterTopology.of(topics, config, judging, counters),
            StreamsSettings.of(kafka, topics, config, instance),
            new SkippingClients());
    inputWatch = earlier.clear(streams).map(id -> new InputWatch(kafka, inputTopic, id));
    streams.setUncaughtExceptionHandler(this::answer);
    streams.setStateListener((now, before) -> follow(now));
    for (JudgeSettings judge : config.judges()) {
      JudgeWorker worker = new JudgeWorker(kafka, topics, judge, instance);
      worker.failure().thenAccept(this::failWithStreams);
      judges.add(worker);
      worker.start();
    }
    streams.start();
    inputWatch.ifPresent(
        watch -> {
          watch.failure().thenAccept(this::failWithStreams);
          watch.start();
        });
  }

  /** A worker that has ended without being asked to leaves trajectories held for ever. */
  private void failWithStreams(Throwable error) {
    fail(error);
    streams.close(CloseOptions.timeout(Duration.ZERO));
  }

  private StreamThreadExceptionResponse answer(Throwable error) {
    if (lostTransactions.take(error, System.nanoTime())) {
      log.warn("the broker has ended a transaction; a new thread repeats it", error);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    if (inputHasGrown(error)) {
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    // It was there at the start. Where it is there again, the group may be given the old answer for
    // as long as a session lasts.
    boolean deleted = error instanceof MissingSourceTopicException && inputWatch.isPresent();
    fail(deleted ? new RestartException("topic " + inputTopic + " was deleted") : error);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /**
   * Whether the segmenter's topics had to be given more partitions, so that a new thread can go on.
   */
  private boolean inputHasGrown(Throwable error) {
    try {
      return ownTopics.followInput();
    } catch (KafkaException e) {
      error.addSuppressed(e);
      return false;
    }
  }

  private void fail(Throwable error) {
    if (failure.compareAndSet(null, error)) {
      log.error("segmenter failed; it stops with nothing half done", error);
    }
  }

  private void follow(KafkaStreams.State now) {
    if (now == KafkaStreams.State.RUNNING) {
      ready.complete(null);
    }
    if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
      ended.countDown();
    }
    heartbeats.beat();
  }

  /** Completes when it has been given its share of the work for the first time; never fails. */
  public CompletableFuture<Void> ready() {
    return ready;
  }

  public SegmenterHealth health() {
    Throwable error = failure.get();
    if (error != null) {
      return new SegmenterHealth("failed", message(error));
    }
    KafkaStreams begun = streams;
    if (begun == null) {
      return new SegmenterHealth("starting", "");
    }
    String state =
        switch (begun.state()) {
          case CREATED -> "starting";
          case REBALANCING -> ready.isDone() ? "recovering" : "starting";
          case RUNNING -> "running";
          case PENDING_SHUTDOWN -> "stopping";
          case NOT_RUNNING -> "stopped";
          case PENDING_ERROR, ERROR -> "failed";
        };
    return new SegmenterHealth(state, "");
  }

  /** What it failed with; empty while it has not. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** The innermost cause says what went wrong; the outer ones say in which thread. */
  private String message(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof MissingSourceTopicException
        ? "topic " + inputTopic + " does not exist; create it with: sapo topics create"
        : cause.toString();
  }

  /** Waits until the segmenter has stopped, by {@link #close} or by failing. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** What passed through this process so far. */
  public Counters counters() {
    return counters;
  }

  /** The workers of the judges outside the stream; none before the start. */
  List<JudgeWorker> judges() {
    return judges;
  }

  /** The watch for transactions in front of which readers would stand still. */
  HangingTransactions hangingTransactions() {
    return hangingTransactions;
  }

  /** The watch over the topic that is read; empty before the start. */
  Optional<InputWatch> inputWatch() {
    return inputWatch;
  }

  /** Records of the input that were not fetched yet, as the consumers last heard; empty before. */
  OptionalDouble lag() {
    KafkaStreams begun = streams;
    if (begun == null) {
      return OptionalDouble.empty();
    }
    double[] lags =
        begun.metrics().values().stream()
            .filter(metric -> metric.metricName().name().equals("records-lag"))
            .filter(metric -> inputTopic.equals(metric.metricName().tags().get("topic")))
            .map(metric -> metric.metricValue())
            .filter(Double.class::isInstance)
            .mapToDouble(Double.class::cast)
            .filter(lag -> !Double.isNaN(lag))
            .toArray();
    return lags.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Arrays.stream(lags).sum());
  }

  /**
   * How long the one of its threads that is longest in a turn has not asked for more records; it
   * asks every few milliseconds when it has none. Zero while it does not run.
   */
  public Duration sinceProgress() {
    KafkaStreams begun = streams;
    if (begun == null || begun.state() != KafkaStreams.State.RUNNING) {
      return Duration.ZERO;
    }
    double seconds =
        begun.metrics().values().stream()
            .filter(metric -> metric.metricName().name().equals("last-poll-seconds-ago"))
            .filter(metric -> MAIN_CONSUMER.test(metric.metricName().tags().get("client-id")))
            .map(metric -> metric.metricValue())
            .filter(Double.class::isInstance)
            .mapToDouble(Double.class::cast)
            .filter(ago -> ago > 0)
            .max()
            .orElse(0);
    return Duration.ofMillis((long) (1_000 * seconds));
  }

  /** Finishes the open transaction, leaves the group and says so; safe to call twice. */
  @Override
  public void close() {
    CloseOptions leaving =
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    judges.forEach(JudgeWorker::close);
    KafkaStreams begun = streams;
    if (begun != null && !begun.close(leaving)) {
      log.warn(
          "segmenter threads did not stop within {} s; what they had open will be processed again",
          CLOSE_TIMEOUT.toSeconds());
    }
    inputWatch.ifPresent(InputWatch::close);
    hangingTransactions.close();
    heartbeats.close();
  }
}
