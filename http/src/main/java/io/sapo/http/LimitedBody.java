package io.sapo.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Reads the body of one response as it comes; what is refused of it cancels the exchange, which
 * then fails with the reason, however much the server would still send.
 */
abstract class LimitedBody implements BodySubscriber<byte[]> {
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private Flow.Subscription subscription;

  /**
   * Takes what has come next.
   *
   * @throws BodyTooLongException where that exceeds a limit
   */
  abstract void read(ByteBuffer buffer) throws BodyTooLongException;

  /** What was kept of the body, once it has ended. */
  abstract byte[] kept();

  @Override
  public final CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public final void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public final void onNext(List<ByteBuffer> buffers) {
    if (body.isDone()) {
      return;
    }
    try {
      for (ByteBuffer buffer : buffers) {
        read(buffer);
      }
      subscription.request(1);
    } catch (BodyTooLongException | RuntimeException e) {
      subscription.cancel();
      body.completeExceptionally(e);
    }
  }

  @Override
  public final void onError(Throwable problem) {
    body.completeExceptionally(problem);
  }

  @Override
  public final void onComplete() {
    body.complete(kept());
  }
}
