package io.sapo.bench;

import ai.djl.Device;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.WeightFollower;
import java.util.Random;

/**
 * A thread that generates without end and takes up weights between decode steps, as the rollout
 * worker does. {@link #pause} holds it while something else needs the cores.
 */
final class Rollouts implements AutoCloseable {
  private static final int SLOTS = 8;
  private static final int NEW_TOKENS = 64;
  private static final long PATIENCE_MS = 60_000;

  private final BenchModel model;
  private final WeightFollower follower;
  private final Generator generator;
  private final Thread thread = new Thread(this::work, "rollouts");
  private FollowedWeights current;
  private long seed;
  private volatile boolean closed;
  private boolean paused;
  private boolean resting;
  private long usedVersion = -1;
  private long usedAtNanos;
  private double longestStallMs;
  private Throwable failure;

  Rollouts(BenchModel model, Device device, WeightFollower follower) {
    this.model = model;
    this.follower = follower;
    this.generator =
        Generator.load(model.config(), GeneratorOptions.of(SLOTS, 16 + NEW_TOKENS, 1), device);
  }

  void start() {
    thread.start();
  }

  synchronized void pause() throws InterruptedException {
    paused = true;
    while (!resting && failure == null) {
      wait(PATIENCE_MS);
    }
  }

  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  /** Waits for the first decode step with a version; the moment it ended, in nanoseconds. */
  synchronized long awaitUse(long version) throws InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MS;
    while (usedVersion < version) {
      if (failure != null || System.currentTimeMillis() > deadline) {
        throw new IllegalStateException("version " + version + " was not taken up", failure);
      }
      wait(100);
    }
    return usedAtNanos;
  }

  synchronized double longestStallMs() {
    return longestStallMs;
  }

  private void work() {
    try {
      while (!closed) {
        rest();
        long begun = System.nanoTime();
        boolean changed = refresh();
        double stallMs = (System.nanoTime() - begun) / 1e6;
        if (current == null) {
          Thread.sleep(1);
          continue;
        }
        fill();
        generator.advance(current.weights(), current.version());
        if (changed) {
          used(stallMs);
        }
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      synchronized (this) {
        failure = e;
        notifyAll();
      }
    }
  }

  private synchronized void rest() throws InterruptedException {
    while (paused && !closed) {
      resting = true;
      notifyAll();
      wait();
    }
    resting = false;
  }

  private boolean refresh() {
    FollowedWeights newer = follower.take().orElse(null);
    if (newer == null) {
      return false;
    }
    if (current != null) {
      current.close();
    }
    current = newer;
    return true;
  }

  private void fill() {
    while (generator.freeSlots() > 0) {
      int[] prompt = new Random(seed).ints(16, 3, model.vocabulary()).toArray();
      generator.submit(
          new GenerationRequest(
              "r", TokenSequence.text(prompt, new int[0]), Sampling.at(1, NEW_TOKENS), seed++));
    }
  }

  /** The first version's uptake stalls nothing. */
  private synchronized void used(double stallMs) {
    if (usedVersion >= 0) {
      longestStallMs = Math.max(longestStallMs, stallMs);
    }
    usedVersion = current.version();
    usedAtNanos = System.nanoTime();
    notifyAll();
  }

  @Override
  public void close() {
    closed = true;
    resume();
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
    if (current != null) {
      current.close();
    }
    generator.close();
  }
}
