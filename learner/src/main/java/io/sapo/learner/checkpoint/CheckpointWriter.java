package io.sapo.learner.checkpoint;

import io.sapo.policy.tensor.TensorData;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes checkpoints on a thread of its own, one at a time. A failure surfaces on the training
 * thread at the next call, where it ends training: a learner that cannot save must not pretend it
 * can.
 */
public final class CheckpointWriter implements AutoCloseable {

  private static final long LOOK_EVERY_MS = 250;

  private final CheckpointStore store;
  private final ActorFiles files;
  private final Runnable whileWaiting;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "sapo-learner-checkpoint");
            thread.setDaemon(true);
            return thread;
          });
  private Future<?> running;
  private long runningVersion = -1;
  private long durableVersion;

  /**
   * @param durableVersion newest checkpoint that is on disk already; -1 when there is none
   * @param whileWaiting called again and again on a thread that waits for the disk, however slow
   */
  public CheckpointWriter(
      CheckpointStore store, ActorFiles files, long durableVersion, Runnable whileWaiting) {
    this.whileWaiting = whileWaiting;
    this.store = store;
    this.files = files;
    this.durableVersion = durableVersion;
  }

  /**
   * Starts writing, after waiting for the checkpoint before this one. What is written are the
   * training state's own tensors: {@link #settle} has to come before they change.
   */
  public void write(Snapshot snapshot) {
    finish();
    runningVersion = snapshot.manifest().version();
    running = executor.submit(() -> store.write(snapshot, files));
  }

  /**
   * Starts writing the actor as a model folder that other engines load, after the checkpoint before
   * it; {@code checkpoints/} and what it says of durable versions stay as they are.
   *
   * @return the folder, or what kept it from being written
   */
  public CompletionStage<Path> export(long version, Collection<? extends TensorData> actor) {
    return CompletableFuture.supplyAsync(() -> store.export(version, actor, files), executor);
  }

  /** Newest version whose checkpoint is on disk; -1 when there is none. */
  public long durableVersion() {
    if (running != null && running.isDone()) {
      finish();
    }
    return durableVersion;
  }

  /** Waits for the checkpoint being written, if any. */
  public void finish() {
    if (running == null) {
      return;
    }
    try {
      await(running);
      durableVersion = runningVersion;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckpointException(
          "interrupted while checkpoint " + runningVersion + " was being written", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CompletionException(e.getCause());
    } finally {
      running = null;
    }
  }

  private void await(Future<?> work) throws InterruptedException, ExecutionException {
    while (true) {
      try {
        work.get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        whileWaiting.run();
      }
    }
  }

  /** Waits until nothing of the training state is being read any more. */
  public void settle() {
    finish();
    try {
      await(executor.submit(() -> {}));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckpointException("interrupted while an export was being written", e);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  /** Waits for the thread to end; a checkpoint being written is completed first. */
  @Override
  public void close() {
    executor.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = executor.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
