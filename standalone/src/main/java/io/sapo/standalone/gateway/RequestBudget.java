package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;

/**
 * Bounds the bytes of all requests that are there at a time: from their announcement until they are
 * answered, and where their callers have gone, until the work on them has ended. For the event
 * loop.
 */
final class RequestBudget {
  private final long most;
  private long held;

  RequestBudget(long most) {
    this.most = most;
  }

  /**
   * @param bytes that a request may come to
   * @throws GatewayException when too many are there already
   */
  Share take(long bytes) {
    if (held + bytes > most) {
      throw new GatewayException(
          Kind.BUSY, "the requests that wait already have %d bytes".formatted(held));
    }
    return new Share(bytes);
  }

  long held() {
    return held;
  }

  /** What one request holds. */
  final class Share {
    private long bytes;
    private boolean answered;
    private boolean working;

    private Share(long bytes) {
      this.bytes = bytes;
      held += bytes;
    }

    /** The request has come, and has so many bytes. */
    void shrink(long whole) {
      held += whole - bytes;
      bytes = whole;
    }

    void workBegins() {
      working = true;
    }

    void workEnds() {
      working = false;
      giveBackWhenDone();
    }

    /** It is answered, or its caller has gone. */
    void answered() {
      answered = true;
      giveBackWhenDone();
    }

    private void giveBackWhenDone() {
      if (answered && !working) {
        shrink(0);
      }
    }
  }
}
