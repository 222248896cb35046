package io.sapo.producer.rollout;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.Engines;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.task.ClaimLog;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.PassRates;
import io.sapo.producer.task.SharedTaskSource;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TasksTopic;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rollout producer: follows the weights, answers tasks with them, publishes trajectories and
 * heartbeats. Starting and closing are for one thread; the rest is thread-safe.
 */
public final class RolloutProducer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RolloutProducer.class);
  private static final int HEARTBEATS_MISSED = 5;
  private static final Duration LEAST_LEASE = Duration.ofSeconds(10);
  private static final long STOP_WITHIN_MS = TimeUnit.SECONDS.toMillis(5);

  private final ProducerConfig config;
  private final Closer resources = new Closer();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final RolloutWorker worker;
  private final WeightFollower follower;
  private final QueueWatch watch;
  private final Heartbeats heartbeats;
  private final RolloutMetrics metrics;
  private final ProducerStatus status;
  private final Thread thread;

  /**
   * Loads the model, opens the tasks that the config names and connects; generates nothing yet.
   *
   * @param checkpoint for tokenizer and picture settings
   * @param base what the weights that come from the topics stand on; stays the caller's
   * @param clientConfig passed to every Kafka client, {@code bootstrap.servers} at least
   * @throws IllegalArgumentException when config and model do not fit
   * @throws io.sapo.producer.task.TaskFormatException when the tasks cannot be opened
   */
  public static RolloutProducer open(
      ProducerConfig config,
      CheckpointFolder checkpoint,
      BaseModel base,
      Topics topics,
      Map<String, Object> clientConfig) {
    Clock clock = Clock.systemUTC();
    long startedAtMs = clock.millis();
    ClaimLog claims =
        new ClaimLog(
            clientConfig,
            topics,
            config.heartbeats().instance(),
            startedAtMs,
            lease(config.heartbeats().interval()),
            System::nanoTime);
    TaskSource tasks;
    try {
      if (config.tasks().train().equals(TaskSources.TOPIC)) {
        TasksTopic topic =
            new TasksTopic(
                clientConfig, topics.tasks(), topics.prefix() + "producers", System::nanoTime);
        tasks = new SharedTaskSource(topic.get(), topic, claims);
      } else {
        tasks =
            new SharedTaskSource(List.of(TaskSources.open(config.tasks(), config.seed())), claims);
      }
    } catch (RuntimeException e) {
      claims.close();
      throw e;
    }
    return new RolloutProducer(
        config, tasks, checkpoint, base, topics, clientConfig, clock, startedAtMs);
  }

  /** How long a producer may be silent before others take over what it has claimed. */
  private static Duration lease(Duration heartbeat) {
    Duration some = heartbeat.multipliedBy(HEARTBEATS_MISSED);
    return some.compareTo(LEAST_LEASE) > 0 ? some : LEAST_LEASE;
  }

  /** The same with tasks from elsewhere, which become the producer's to close. */
  public static RolloutProducer open(
      ProducerConfig config,
      TaskSource tasks,
      CheckpointFolder checkpoint,
      BaseModel base,
      Topics topics,
      Map<String, Object> clientConfig,
      Clock clock) {
    return new RolloutProducer(
        config, tasks, checkpoint, base, topics, clientConfig, clock, clock.millis());
  }

  private RolloutProducer(
      ProducerConfig config,
      TaskSource tasks,
      CheckpointFolder checkpoint,
      BaseModel base,
      Topics topics,
      Map<String, Object> clientConfig,
      Clock clock,
      long startedAtMs) {
    this.config = config;
    try {
      resources.add(tasks);
      metrics = new RolloutMetrics();
      CheckpointProfile profile =
          resources.add(CheckpointProfile.open(checkpoint, config.prompts().profile()));
      log.info("{}: {}", checkpoint.path(), profile.description());
      PromptBuilder prompts =
          new PromptBuilder(profile, config.prompts().maxTokens(), config.prompts().pictures());
      RolloutEngine engine = resources.add(Engines.open(config, checkpoint, base, profile));
      TrajectoryPublisher publisher = resources.add(new TrajectoryPublisher(clientConfig, topics));
      // Of tasks that are made as they are asked there is no end: without need no rate is kept.
      PassRates rates = new PassRates(tasks::ofAnyPass);
      Consumer<WeightVersion> noted =
          config.curriculum().skipNothing() ? version -> {} : rates::note;
      follower = resources.add(new WeightFollower(clientConfig, topics, base, this::wake, noted));
      watch =
          resources.add(
              new QueueWatch(
                  clientConfig,
                  topics,
                  config.heartbeats().instance(),
                  follower::newest,
                  System::nanoTime,
                  this::wake));
      WeightsInUse weights =
          resources.add(new WeightsInUse(follower::take, config.rollouts().uptake()));
      String session =
          config.heartbeats().instance()
              + "-"
              + Long.toString(startedAtMs, Character.MAX_RADIX)
              + "-";
      worker =
          new RolloutWorker(
              engine,
              weights,
              new RolloutQueue(
                  tasks,
                  new Curriculum(config.curriculum(), rates, config.seed()),
                  prompts,
                  publisher,
                  metrics,
                  session,
                  config.rollouts().groupSize(),
                  config.seed()),
              new QueueGate(
                  new StalenessGate(
                      config.staleness().eta(),
                      config.staleness().batchSize(),
                      config.staleness().oversampling()),
                  config.heartbeats().instance(),
                  follower::newest,
                  watch::view,
                  publisher),
              publisher,
              new TrajectoryAssembler(
                  config.heartbeats().instance(),
                  profile.tokenizer(),
                  config.rollouts().sampling()),
              clock,
              metrics);
      status =
          new ProducerStatus(
              config, worker, weights, follower, watch, metrics, clock, startedAtMs, done);
      heartbeats =
          new Heartbeats(
              clientConfig,
              topics,
              "producer-status-" + config.heartbeats().instance(),
              status::now);
    } catch (RuntimeException | Error e) {
      closeAfter(e);
      throw e;
    }
    thread = new Thread(this::work, "rollouts");
    thread.setDaemon(true);
  }

  /** Begins to follow, generate and report; once. */
  public void start() {
    follower.failure().thenAccept(this::fail);
    watch.failure().thenAccept(this::fail);
    follower.start();
    watch.start();
    heartbeats.start(config.heartbeats().interval());
    thread.start();
  }

  /** Whether the rollout thread gets on. */
  public Liveness liveness() {
    return metrics.liveness();
  }

  /** Completes when it could generate for the first time; never fails. */
  public CompletableFuture<Void> ready() {
    return worker.ready();
  }

  /**
   * Completes when generating has ended: normally when the tasks are exhausted or after {@link
   * #close}, else with the cause.
   */
  public CompletableFuture<Void> done() {
    return done;
  }

  /**
   * Stops within ten seconds. What is in generation is dropped; what is finished is published if
   * the broker takes it in that time.
   */
  @Override
  public void close() {
    status.stopping();
    worker.stop();
    boolean ended = thread.getState() == Thread.State.NEW || ended();
    try {
      if (ended) {
        resources.close();
      } else {
        log.error(
            "the rollout thread did not end in time; its memory is left until the process ends");
      }
    } finally {
      done.complete(null);
      heartbeats.close();
    }
  }

  private boolean ended() {
    try {
      thread.join(STOP_WITHIN_MS);
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(STOP_WITHIN_MS / 5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void work() {
    try {
      worker.run();
      if (!status.isStopping()) {
        log.info("the tasks of {} are exhausted", config.tasks());
      }
      done.complete(null);
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      metrics.liveness().rest();
    }
  }

  private void fail(Throwable cause) {
    if (!status.isStopping() && done.completeExceptionally(cause)) {
      log.error("the producer has failed", cause);
    }
    worker.stop();
  }

  private void wake() {
    worker.wake();
  }

  private void closeAfter(Throwable failure) {
    try {
      resources.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
