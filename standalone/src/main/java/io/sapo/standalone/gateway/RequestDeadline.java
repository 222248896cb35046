package io.sapo.standalone.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections whose callers owe something for too long: a request since they connected or
 * were last answered, or the rest of one that has begun; beyond a number of them, at once. One that
 * waits for its answer is left alone. For the event loop.
 */
final class RequestDeadline {
  private final Vertx vertx;
  private final long milliseconds;
  private final int most;

  /** Timers of the connections whose callers owe something. */
  private final Map<HttpConnection, Long> owing = new HashMap<>();

  /**
   * @param most connections whose callers may owe something at a time
   */
  RequestDeadline(Vertx vertx, long milliseconds, int most) {
    this.vertx = vertx;
    this.milliseconds = milliseconds;
    this.most = most;
  }

  /** A caller has connected. */
  void connected(HttpConnection connection) {
    if (owing.size() >= most) {
      close(connection);
      return;
    }
    owes(connection);
    connection.closeHandler(closed -> paid(connection));
  }

  /** From now on a request, or the rest of one, is due. */
  void owes(HttpConnection connection) {
    paid(connection);
    owing.put(connection, vertx.setTimer(milliseconds, late -> close(connection)));
  }

  /** Nothing is due any more: the request is there, or the caller has gone. */
  void paid(HttpConnection connection) {
    Long timer = owing.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  private void close(HttpConnection connection) {
    owing.remove(connection);
    var unused = connection.close();
  }
}
