package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockingWorkTest {
  private final Vertx vertx = Vertx.vertx();
  private final BlockingWork work = new BlockingWork(vertx);

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private <T> T onLoop(Callable<T> asked) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    vertx.runOnContext(
        unused -> {
          try {
            answer.complete(asked.call());
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        });
    return answer.get(10, TimeUnit.SECONDS);
  }

  @Test
  void closingWaitsForWhatIsUnderWayAndTakesNoMore() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Future<Boolean> slow = onLoop(() -> work.run(() -> go.await(10, TimeUnit.SECONDS)));
    Future<String> failing =
        onLoop(
            () ->
                work.run(
                    () -> {
                      throw new IllegalStateException("no status");
                    }));
    Future<Void> closed = onLoop(work::close);
    assertThat(closed.isComplete()).isFalse();
    assertThat(onLoop(() -> work.run(() -> 1)).failed()).isTrue();
    go.countDown();
    closed.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(slow.result()).isTrue();
    assertThat(failing.cause()).hasMessage("no status");
  }

  @Test
  void withoutWorkThereIsNothingToWaitFor() throws Exception {
    onLoop(() -> work.run(() -> 1)).toCompletionStage().toCompletableFuture().join();
    assertThat(
            onLoop(work::close).toCompletionStage().toCompletableFuture().get(1, TimeUnit.SECONDS))
        .isNull();
  }
}
