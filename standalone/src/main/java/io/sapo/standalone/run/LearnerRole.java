package io.sapo.standalone.run;

import io.sapo.learner.Learner;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The learner on a thread of its own. */
final class LearnerRole implements Role {
  private final Learner learner;
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private final Thread thread;

  LearnerRole(Learner learner) {
    this.learner = learner;
    this.thread = new Thread(this::run, "learner");
  }

  @Override
  public void start() {
    thread.start();
  }

  /** See {@link Learner#active}. */
  CompletableFuture<Void> active() {
    return learner.active();
  }

  @Override
  public CompletableFuture<Long> ready() {
    return learner.ready();
  }

  /** Completes with the newest version when training has ended, or with what ended it. */
  @Override
  public CompletableFuture<Long> done() {
    return done;
  }

  private void run() {
    try {
      done.complete(learner.run());
    } catch (InterruptedException | RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  @Override
  public Duration sinceProgress() {
    return learner.liveness().sinceBeat();
  }

  @Override
  public String where() {
    return learner.liveness().where();
  }

  /** Asks training to end after the update it is at; does not wait for it. */
  void stop() {
    learner.stop();
  }

  @Override
  public void close() {
    stop();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
