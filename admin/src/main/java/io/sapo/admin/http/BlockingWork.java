package io.sapo.admin.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Work off the event loop, which has to end before the loop does: its result would find no thread
 * to go to. For the event loop alone.
 */
final class BlockingWork {
  private final Vertx vertx;
  private final Set<Future<?>> running = new LinkedHashSet<>();
  private boolean closed;

  BlockingWork(Vertx vertx) {
    this.vertx = vertx;
  }

  /** In the order of the calls; fails at once after {@link #close}. */
  <T> Future<T> run(Callable<T> work) {
    if (closed) {
      return Future.failedFuture("the server is ending");
    }
    Future<T> result = vertx.executeBlocking(work);
    running.add(result);
    return result.onComplete(done -> running.remove(result));
  }

  /** Takes no more. Completes when what is under way has ended, in whatever way. */
  Future<Void> close() {
    closed = true;
    return Future.join(List.copyOf(running)).transform(done -> Future.succeededFuture());
  }
}
