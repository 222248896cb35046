package io.sapo.producer.rollout;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.engine.Outage;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.rollout.RolloutMetrics.Activity;
import io.sapo.schemas.Task;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollout loop: takes up weights, fills the engine's slots as far as the staleness gate allows,
 * advances the engine, publishes what is finished in an order that makes nothing late.
 *
 * <p>{@link #run} is for one thread; engine, weights, tasks and publisher are its alone until it
 * ends, and the caller's to close after that. What is in generation then is dropped: it was never
 * in the log.
 */
final class RolloutWorker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(RolloutWorker.class);
  private static final long IDLE_MS = 50;
  private static final long SETTLE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final String REFUSED_ROLLOUT = "rollout-refused";

  private final RolloutEngine engine;
  private final WeightsInUse weights;
  private final RolloutQueue queue;
  private final QueueGate gate;
  private final TrajectoryPublisher publisher;
  private final TrajectoryAssembler assembler;
  private final Clock clock;
  private final RolloutMetrics metrics;

  private final Map<String, Started> running = new HashMap<>();
  private final ReorderBuffer<Finished> reorder = new ReorderBuffer<>();
  private final Queue<Task> published = new ConcurrentLinkedQueue<>();
  private final AutoResetEvent news = new AutoResetEvent();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile int inGeneration;
  private volatile int unpublished;
  private volatile boolean stopping;
  private volatile Activity activity = Activity.OTHER;

  /** A rollout and the version in use when it was submitted. */
  private record Started(Rollout rollout, long version) {}

  private record Finished(Rollout rollout, Outcome outcome, long atMs) {}

  RolloutWorker(
      RolloutEngine engine,
      WeightsInUse weights,
      RolloutQueue queue,
      QueueGate gate,
      TrajectoryPublisher publisher,
      TrajectoryAssembler assembler,
      Clock clock,
      RolloutMetrics metrics) {
    this.engine = engine;
    this.weights = weights;
    this.queue = queue;
    this.gate = gate;
    this.publisher = publisher;
    this.assembler = assembler;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Until stopped or the tasks are exhausted; throws what makes going on pointless. */
  @Override
  public void run() {
    boolean more = true;
    while (more && !stopping) {
      more = step();
    }
    publish();
    settle();
  }

  /** One turn of the loop; false once the tasks are exhausted and all is in the log. */
  boolean step() {
    metrics.spent(Activity.OTHER);
    takeUpWeights();
    if (!ready.isDone() && weights.ready() && gate.known()) {
      ready.complete(null);
    }
    acknowledge();
    publish();
    Activity obstacle = fill();
    if (engine.running() > 0) {
      generate(obstacle == Activity.WAITING_FOR_SERVERS ? obstacle : Activity.GENERATING);
    } else if (obstacle == Activity.WAITING_FOR_TASKS && allPublished() && queue.finite()) {
      acknowledge();
      return false;
    } else {
      idle(obstacle);
    }
    return true;
  }

  private void takeUpWeights() {
    long before = weights.version();
    weights.refresh(engine.running());
    if (weights.version() != before) {
      engine.use(weights.weights(), weights.version());
    }
  }

  private boolean allPublished() {
    return reorder.unpublished() == 0 && publisher.unacknowledged() == 0;
  }

  /** Completes when weights are in hand and the queue is known; never fails. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Makes an idle worker look again. From any thread. */
  void wake() {
    news.signal();
  }

  /** Asks for the end, which comes after the step under way. From any thread. */
  void stop() {
    stopping = true;
    news.signal();
  }

  /** Rollouts started whose trajectories have no place in the log yet. From any thread. */
  long unpublished() {
    return unpublished + publisher.unacknowledged();
  }

  /** Rollouts started and not finished. From any thread. */
  int inGeneration() {
    return inGeneration;
  }

  /** What the worker does or waits for. From any thread. */
  Activity activity() {
    return activity;
  }

  /** Why no response can be used at the moment; empty where responses can. From any thread. */
  Optional<Outage> outage() {
    return engine.outage();
  }

  /** Trajectories waiting to be consumed; empty until the topics have been read. */
  Optional<Long> backlog() {
    return gate.backlog();
  }

  /**
   * What was published last is done with as well: another producer, or this one's next start, would
   * generate it a second time. A broker that is gone is not waited for.
   */
  private void settle() {
    long begun = System.nanoTime();
    while (publisher.unacknowledged() > 0 && System.nanoTime() - begun < SETTLE_WITHIN_NANOS) {
      news.await(IDLE_MS);
    }
    acknowledge();
  }

  private void acknowledge() {
    if (publisher.failure().isDone()) {
      Throwable cause = publisher.failure().join();
      throw new IllegalStateException("records cannot be published: " + cause.getMessage(), cause);
    }
    for (Task task = published.poll(); task != null; task = published.poll()) {
      queue.finished(task);
    }
  }

  /** Starts what may start; says what stood in the way of more. */
  private Activity fill() {
    if (engine.freeSlots() == 0 && engine.obstacle().isPresent()) {
      return Activity.WAITING_FOR_SERVERS;
    }
    while (engine.freeSlots() > 0) {
      if (!weights.ready() || !gate.known()) {
        return Activity.WAITING_FOR_WEIGHTS;
      }
      // A group that has begun is completed, as everywhere: others wait for the rest of it.
      if (!queue.withinGroup() && gate.paused()) {
        return Activity.PAUSED;
      }
      if (!queue.withinGroup() && !gate.opensFor(reorder.unpublished(), weights.version())) {
        return Activity.WAITING_AT_GATE;
      }
      Optional<Rollout> next = queue.next(clock.millis());
      if (next.isEmpty()) {
        return Activity.WAITING_FOR_TASKS;
      }
      start(next.get());
    }
    return Activity.GENERATING;
  }

  private void start(Rollout rollout) {
    running.put(rollout.trajectoryId(), new Started(rollout, weights.version()));
    reorder.started(weights.version());
    unpublished = reorder.unpublished();
    inGeneration = running.size();
    GenerationRequest request = assembler.request(rollout);
    try {
      if (request.prompt().pictures().isEmpty()) {
        engine.submit(request);
      } else {
        engine.submit(request, rollout.group().chat());
      }
    } catch (IllegalArgumentException e) {
      ended(new Outcome.Refused(request.id(), e.getMessage()));
    }
  }

  private void ended(Outcome outcome) {
    Started started = running.remove(outcome.id());
    reorder.finished(started.version(), new Finished(started.rollout(), outcome, clock.millis()));
    inGeneration = running.size();
  }

  private void generate(Activity as) {
    activity = as;
    for (Outcome outcome : engine.advance()) {
      ended(outcome);
      if (outcome instanceof Outcome.Generated generated) {
        metrics.finished(generated.generation().tokens().length);
      }
    }
    metrics.spent(as);
  }

  private void publish() {
    if (!gate.known()) {
      return;
    }
    gate.forgetConsumed();
    Optional<Finished> next;
    while ((next = reorder.take(gate::room)).isPresent()) {
      Finished finished = next.get();
      publish(finished);
      unpublished = reorder.unpublished();
    }
  }

  private void publish(Finished finished) {
    RolloutGroup group = finished.rollout().group();
    if (finished.outcome() instanceof Outcome.Generated generated) {
      publisher.publish(
          assembler.assemble(finished.rollout(), generated, finished.atMs()),
          () -> notePublished(group));
    } else if (finished.outcome() instanceof Outcome.Refused refused) {
      publisher.refuse(
          group.task(),
          REFUSED_ROLLOUT,
          "rollout %s: %s".formatted(finished.rollout().trajectoryId(), refused.reason()));
      log.warn("rollout {} refused: {}", finished.rollout().trajectoryId(), refused.reason());
      metrics.refusedRollout();
      notePublished(group);
    }
  }

  private void notePublished(RolloutGroup group) {
    if (group.published()) {
      published.add(group.task());
    }
    news.signal();
  }

  private void idle(Activity obstacle) {
    activity = obstacle;
    news.await(IDLE_MS);
    metrics.spent(obstacle);
  }
}
