package io.sapo.producer.rollout;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.rollout.RolloutMetrics.Activity;
import io.sapo.schemas.Task;
import io.sapo.schemas.WeightVersion;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
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
  private static final String REFUSED_ROLLOUT = "rollout-refused";

  private final RolloutEngine engine;
  private final WeightsInUse weights;
  private final RolloutQueue queue;
  private final StalenessGate gate;
  private final Supplier<Optional<WeightVersion>> newest;
  private final Supplier<Optional<QueueView>> view;
  private final TrajectoryPublisher publisher;
  private final TrajectoryAssembler assembler;
  private final Sampling sampling;
  private final String instance;
  private final Clock clock;
  private final RolloutMetrics metrics;

  private final Map<String, Started> running = new HashMap<>();
  private final Outbox<Finished> outbox = new Outbox<>();
  private final Queue<Task> published = new ConcurrentLinkedQueue<>();
  private final WakeUp wakeUp = new WakeUp();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile int inGeneration;
  private volatile int unpublished;
  private volatile boolean stopping;
  private volatile Activity activity = Activity.OTHER;

  /** A rollout and the version in use when it was submitted. */
  private record Started(Rollout rollout, long version) {}

  private record Finished(Rollout rollout, Outcome outcome, long atMs) {}

  /**
   * @param newest newest committed version
   * @param view the queue between producers and learner
   */
  RolloutWorker(
      RolloutEngine engine,
      WeightsInUse weights,
      RolloutQueue queue,
      StalenessGate gate,
      Supplier<Optional<WeightVersion>> newest,
      Supplier<Optional<QueueView>> view,
      TrajectoryPublisher publisher,
      TrajectoryAssembler assembler,
      Sampling sampling,
      String instance,
      Clock clock,
      RolloutMetrics metrics) {
    this.engine = engine;
    this.weights = weights;
    this.queue = queue;
    this.gate = gate;
    this.newest = newest;
    this.view = view;
    this.publisher = publisher;
    this.assembler = assembler;
    this.sampling = sampling;
    this.instance = instance;
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
  }

  /** One turn of the loop; false once the tasks are exhausted and all is in the log. */
  boolean step() {
    metrics.spent(Activity.OTHER);
    takeUpWeights();
    if (!ready.isDone() && weights.ready() && view.get().isPresent()) {
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
    return outbox.unpublished() == 0 && publisher.unacknowledged() == 0;
  }

  /** Completes when weights are in hand and the queue is known; never fails. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Makes an idle worker look again. From any thread. */
  void wake() {
    wakeUp.signal();
  }

  /** Asks for the end, which comes after the step under way. From any thread. */
  void stop() {
    stopping = true;
    wakeUp.signal();
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

  /** What keeps the engine from drawing; empty text for nothing. From any thread. */
  String obstacle() {
    return engine.obstacle().orElse("");
  }

  /** Trajectories waiting to be consumed; empty until the topics have been read. */
  Optional<Long> backlog() {
    return view.get()
        .map(
            queued ->
                queued.backlog(Consumed.of(newest.get(), queued.batch()), publisher.published()));
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
      Optional<QueueView> queued = view.get();
      if (!weights.ready() || queued.isEmpty()) {
        return Activity.WAITING_FOR_WEIGHTS;
      }
      if (queued.get().pausedBy().isPresent()) {
        return Activity.PAUSED;
      }
      if (!queue.withinGroup() && mustWait(queued.get())) {
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

  /**
   * Asked before a group only: one that is begun is completed whatever the gate says. A group in
   * part waits at the segmenter for its rest, and a learner that lacks just these records would
   * never come to open the gate.
   */
  private boolean mustWait(QueueView queued) {
    return !queued.joined() || outbox.unpublished() >= room(weights.version(), 0);
  }

  /**
   * How many rollouts may be unpublished that started from a version or before, once some more
   * trajectories are published.
   */
  private long room(long startVersion, int more) {
    WeightVersion committed = newest.get().orElseThrow();
    QueueView queued = view.get().orElseThrow();
    Consumed consumed = Consumed.of(Optional.of(committed), queued.batch());
    // In this order: what is acknowledged in between counts twice, never not at all.
    long sending = publisher.unacknowledged() + more;
    return gate.room(
        committed.getVersion(),
        startVersion,
        new StalenessGate.Ahead(
            queued.pending(consumed, publisher.published()) + sending,
            queued.backlog(consumed, publisher.published()) + sending,
            queued.othersUnpublished(),
            queued.producers().size(),
            queued.producers().indexOf(instance)));
  }

  private void start(Rollout rollout) {
    running.put(rollout.trajectoryId(), new Started(rollout, weights.version()));
    outbox.started(weights.version());
    unpublished = outbox.unpublished();
    inGeneration = running.size();
    engine.submit(
        new GenerationRequest(
            rollout.trajectoryId(), rollout.group().prompt(), sampling, rollout.seed()));
  }

  private void generate(Activity as) {
    activity = as;
    for (Outcome outcome : engine.advance()) {
      Started ended = running.remove(outcome.id());
      outbox.finished(ended.version(), new Finished(ended.rollout(), outcome, clock.millis()));
      if (outcome instanceof Outcome.Drawn drawn) {
        metrics.finished(drawn.generation().tokens().length);
      }
    }
    inGeneration = running.size();
    metrics.spent(as);
  }

  private void publish() {
    if (view.get().isEmpty()) {
      return;
    }
    publisher.forget(Consumed.of(newest.get(), view.get().get().batch()));
    Optional<Finished> next;
    while ((next = outbox.take(this::room)).isPresent()) {
      Finished finished = next.get();
      publish(finished);
      unpublished = outbox.unpublished();
    }
  }

  private void publish(Finished finished) {
    RolloutGroup group = finished.rollout().group();
    if (finished.outcome() instanceof Outcome.Drawn drawn) {
      publisher.publish(
          assembler.assemble(finished.rollout(), drawn, finished.atMs()),
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
    wakeUp.signal();
  }

  private void idle(Activity obstacle) {
    activity = obstacle;
    wakeUp.await(IDLE_MS);
    metrics.spent(obstacle);
  }
}
