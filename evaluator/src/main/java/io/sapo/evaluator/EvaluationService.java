package io.sapo.evaluator;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.producer.Producer;

/**
 * Evaluates versions of a run while it trains: the first and the last in full, sampled and greedy,
 * and every n-th in between, sampled, on fewer tasks; in full when an operator asks. Publishes the
 * results.
 *
 * <p>A thread of its own holds the weights and does the work; the other methods are thread-safe.
 */
public final class EvaluationService implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;

  /** Both scores of one version. */
  public record Examined(Score sampled, Score greedy) {}

  private final EvaluationConfig config;
  private final Duration heartbeat;
  private final Clock clock;
  private final Semaphore news = new Semaphore(0);
  private final Evaluator evaluator;
  private final WeightFollower follower;
  private final Producer<byte[], byte[]> producer;
  private final EvaluationWriter writer;
  private final EvaluationRequests requests;
  private final EvaluatorStatus status;
  private final Heartbeats heartbeats;
  private final AskedEvaluations asked;
  private final Thread thread;

  private final CompletableFuture<Long> firstTaken = new CompletableFuture<>();
  private final CompletableFuture<Examined> before = new CompletableFuture<>();
  private final CompletableFuture<Examined> after = new CompletableFuture<>();
  private volatile long last = NEVER;
  private volatile boolean interim = true;
  private volatile boolean closed;

  /** Of the evaluation thread: what was taken last, and the version examined last. */
  private FollowedWeights held;

  private long examinedVersion;

  /**
   * @param instance names this process in status records
   * @param heartbeat time between two of these
   * @param base what the weights that come from the topics stand on; stays the caller's
   * @param client properties of every Kafka client
   * @throws io.sapo.producer.task.TaskFormatException when there are no held-out tasks
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the folder lacks a file
   */
  public EvaluationService(
      EvaluationConfig config,
      String instance,
      Duration heartbeat,
      CheckpointFolder checkpoint,
      BaseModel base,
      Map<String, Object> client,
      Topics topics,
      Clock clock) {
    this.config = config;
    this.heartbeat = heartbeat;
    this.clock = clock;
    this.evaluator = new Evaluator(config, checkpoint, base);
    this.follower = new WeightFollower(client, topics, base, news::release);
    this.producer =
        ProducerClients.create(client, Map.of("client.id", topics.prefix() + "evaluator"));
    this.writer = new EvaluationWriter(producer, topics.evaluations());
    this.status = new EvaluatorStatus(instance, heartbeat, evaluator.liveness(), clock);
    this.heartbeats = new Heartbeats(client, topics, "evaluator-status-" + instance, status::now);
    this.asked =
        new AskedEvaluations(
            (command, outcome) -> {
              status.answered(command, outcome);
              heartbeats.beat();
            });
    this.requests = new EvaluationRequests(client, topics, this::request);
    this.thread = new Thread(this::run, "evaluation");
    thread.setDaemon(true);
  }

  public void start() {
    follower.failure().thenRun(news::release);
    requests.failure().thenRun(news::release);
    follower.start();
    heartbeats.start(heartbeat);
    thread.start();
  }

  /** Whether an evaluation gets on. */
  public Liveness liveness() {
    return evaluator.liveness();
  }

  /** Completes with its version once the first weights are in hand: training may go on then. */
  public CompletableFuture<Long> firstTaken() {
    return firstTaken;
  }

  /** The first version's scores; fails with what made the service fail. */
  public CompletableFuture<Examined> before() {
    return before;
  }

  /** The last version's scores, once it is known which it is; as {@link #before} else. */
  public CompletableFuture<Examined> after() {
    return after;
  }

  /**
   * Nothing in between any more; examines this version, which must be the run's newest.
   *
   * @return its scores, or what made the service fail
   */
  public CompletableFuture<Examined> finish(long version) {
    interim = false;
    return until(version);
  }

  /**
   * Goes on as before, and ends with this version or a newer one.
   *
   * @return its scores, or what made the service fail
   */
  public CompletableFuture<Examined> until(long version) {
    last = version;
    news.release();
    return after;
  }

  private void request(String command) {
    asked.ask(command);
    news.release();
  }

  @Override
  public void close() {
    closed = true;
    requests.close();
    evaluator.stop();
    news.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    follower.close();
    evaluator.close();
    producer.close();
    heartbeats.close();
  }

  private void run() {
    try {
      while (!closed && !after.isDone()) {
        news.acquireUninterruptibly();
        news.drainPermits();
        follower.take().ifPresent(this::hold);
        if (held != null) {
          work();
        }
        if (follower.failure().isDone() && !after.isDone()) {
          throw new IllegalStateException("weights cannot be followed", follower.failure().join());
        }
        if (requests.failure().isDone() && !after.isDone()) {
          throw new IllegalStateException("commands cannot be followed", requests.failure().join());
        }
      }
      fail(new CancellationException("the evaluation was closed before it was done"));
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      asked.end();
      if (held != null) {
        held.close();
      }
    }
  }

  private void hold(FollowedWeights newer) {
    if (held != null) {
      held.close();
    }
    held = newer;
    status.holds(newer.version());
    firstTaken.complete(newer.version());
  }

  private void work() {
    if (!before.isDone()) {
      before.complete(examine());
    }
    if (held.version() >= last) {
      boolean same = before.join().sampled().version() == held.version();
      after.complete(same ? before.join() : examine());
      return;
    }
    if (interim && asked.take()) {
      asked.done(examine());
    } else if (interim
        && config.schedule().every() > 0
        && held.version() >= examinedVersion + config.schedule().every()) {
      score(config.sampling(), config.schedule().interimTasks());
    }
  }

  private Examined examine() {
    return new Examined(
        score(config.sampling(), config.schedule().tasks()),
        score(config.greedy(), config.schedule().tasks()));
  }

  private Score score(Sampling sampling, int count) {
    status.examines(held.version(), count);
    Score score = evaluator.evaluate(held.weights(), held.version(), sampling, count);
    examinedVersion = held.version();
    status.waits();
    if (score.tasks() > 0) {
      writer.write(score.toRecord(sampling, config.seed(), clock.millis()), () -> closed);
    }
    return score;
  }

  private void fail(Throwable cause) {
    status.ended(cause);
    firstTaken.completeExceptionally(cause);
    before.completeExceptionally(cause);
    after.completeExceptionally(cause);
  }
}
