package io.sapo.standalone.run;

import io.sapo.segmenter.Segmenter;
import io.sapo.standalone.cli.CommandFailure;
import java.util.concurrent.CompletableFuture;

/** The segmenter, with its end as a future. */
final class SegmenterRole implements AutoCloseable {
  private final Segmenter segmenter;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread watch = new Thread(this::watch, "segmenter-watch");

  SegmenterRole(Segmenter segmenter) {
    this.segmenter = segmenter;
    watch.setDaemon(true);
  }

  void start() {
    segmenter.start();
    watch.start();
  }

  /** Completes, with the cause, when the segmenter has failed; never when it was closed. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  private void watch() {
    try {
      segmenter.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (segmenter.health().failed()) {
      failure.complete(CommandFailure.failed(segmenter.health().message()));
    }
  }

  @Override
  public void close() {
    segmenter.close();
  }
}
