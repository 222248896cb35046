package io.sapo.producer.gateway;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.engine.TokenListener;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.WeightsInUse;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an engine on a thread of its own and generates what other threads request. Engine and
 * weights belong to that thread until it has ended.
 */
final class GenerationThread {
  private static final Logger log = LoggerFactory.getLogger(GenerationThread.class);
  private static final long IDLE_MS = 50;

  private final RolloutEngine engine;
  private final WeightsInUse weights;
  private final int most;
  private final Thread thread = new Thread(this::run, "gateway-rollouts");
  private final Object lock = new Object();
  private final Queue<Asked> waiting = new ArrayDeque<>();
  private final Map<String, Asked> running = new HashMap<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private boolean stopping;

  private record Asked(
      GenerationRequest request,
      Optional<TokenListener> listener,
      CompletableFuture<Outcome> outcome) {}

  /**
   * @param engine stays the caller's to close, as do the weights
   * @param most requests that may wait
   */
  GenerationThread(RolloutEngine engine, WeightsInUse weights, int most) {
    this.engine = engine;
    this.weights = weights;
    this.most = most;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Completes when it has weights; never fails. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Version in use; -1 while there is none. */
  long version() {
    return weights.version();
  }

  /** Why nothing is generated; empty where that is not so. */
  String obstacle() {
    return weights.version() < 0 ? "no weights have been read yet" : engine.obstacle().orElse("");
  }

  /** Completes when it has ended, with the cause where it was not asked to. */
  CompletableFuture<Void> done() {
    return done;
  }

  /**
   * @param listener hears of the response while it is generated
   * @return fails with {@link GatewayException} when too many wait, or at the end
   */
  CompletableFuture<Outcome> generate(GenerationRequest request, Optional<TokenListener> listener) {
    Asked asked = new Asked(request, listener, new CompletableFuture<>());
    synchronized (lock) {
      if (stopping) {
        asked.outcome().completeExceptionally(ending());
      } else if (waiting.size() >= most) {
        asked
            .outcome()
            .completeExceptionally(
                new GatewayException(Kind.BUSY, waiting.size() + " requests wait already"));
      } else {
        waiting.add(asked);
        lock.notifyAll();
      }
    }
    return asked.outcome();
  }

  static GatewayException ending() {
    return new GatewayException(Kind.BUSY, "the gateway is ending");
  }

  /** Ends the thread; unfinished requests fail. Waits for it for some seconds. */
  boolean stop() {
    synchronized (lock) {
      stopping = true;
      lock.notifyAll();
    }
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void run() {
    try {
      while (step()) {
        // Until stopped.
      }
      done.complete(null);
    } catch (RuntimeException | Error e) {
      log.error("the gateway can generate no more", e);
      done.completeExceptionally(e);
    } finally {
      dropAll();
    }
  }

  private boolean step() {
    long before = weights.version();
    weights.refresh(engine.running());
    if (weights.version() != before) {
      engine.use(weights.weights(), weights.version());
      ready.complete(null);
    }
    synchronized (lock) {
      if (stopping) {
        return false;
      }
      if (weights.ready()) {
        submit();
      }
      if (engine.running() == 0) {
        rest();
        return true;
      }
    }
    for (Outcome outcome : engine.advance()) {
      running.remove(outcome.id()).outcome().complete(outcome);
    }
    return true;
  }

  private void submit() {
    while (!waiting.isEmpty() && engine.freeSlots() > 0) {
      Asked next = waiting.poll();
      // Before anything can fail: whoever asked has to hear of it.
      running.put(next.request().id(), next);
      try {
        if (next.listener().isPresent()) {
          engine.submit(next.request(), next.listener().get());
        } else {
          engine.submit(next.request());
        }
      } catch (IllegalArgumentException e) {
        running.remove(next.request().id());
        next.outcome()
            .completeExceptionally(new GatewayException(Kind.BAD_REQUEST, e.getMessage()));
      }
    }
  }

  private void rest() {
    try {
      lock.wait(IDLE_MS);
    } catch (InterruptedException e) {
      stopping = true;
      Thread.currentThread().interrupt();
    }
  }

  private void dropAll() {
    synchronized (lock) {
      stopping = true;
      waiting.forEach(asked -> asked.outcome().completeExceptionally(ending()));
      waiting.clear();
    }
    running.values().forEach(asked -> asked.outcome().completeExceptionally(ending()));
    running.clear();
  }
}
