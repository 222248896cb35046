package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.segmenter.Segmenter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The segmenter, with its end as a future. */
final class SegmenterRole implements Role {
  private final Segmenter segmenter;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Thread watch = new Thread(this::watch, "segmenter-watch");

  SegmenterRole(Segmenter segmenter) {
    this.segmenter = segmenter;
    watch.setDaemon(true);
  }

  @Override
  public void start() {
    segmenter.start();
    watch.start();
  }

  @Override
  public CompletableFuture<Void> ready() {
    return segmenter.ready();
  }

  @Override
  public CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public Duration sinceProgress() {
    return segmenter.sinceProgress();
  }

  @Override
  public String where() {
    return "one of its stream threads";
  }

  private void watch() {
    try {
      segmenter.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (segmenter.health().failed()) {
      done.completeExceptionally(
          CommandFailure.failed(segmenter.health().message(), segmenter.failure().orElse(null)));
    } else {
      done.complete(null);
    }
  }

  @Override
  public void close() {
    segmenter.close();
  }
}
