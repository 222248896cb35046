package io.sapo.admin.http;

import io.sapo.admin.config.Limits;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Bounds the number of connections and the time each may take: one that takes too long to send a
 * request (a byte at a time included), to send its next one, or to take a response is closed.
 *
 * <p>Of one event loop; not thread-safe.
 */
final class ConnectionGuard {
  private final Limits limits;
  private final Map<HttpConnection, Phase> connections = new IdentityHashMap<>();

  private static final class Phase {
    private enum Doing {
      SENDING_REQUEST,
      TAKING_RESPONSE,
      STREAMING
    }

    private Doing doing = Doing.SENDING_REQUEST;
    private long since = System.nanoTime();

    private void enter(Doing next) {
      doing = next;
      since = System.nanoTime();
    }
  }

  ConnectionGuard(Limits limits) {
    this.limits = limits;
  }

  void opened(HttpConnection connection) {
    if (connections.size() >= limits.http().connections()) {
      connection.close();
      return;
    }
    connections.put(connection, new Phase());
    connection.closeHandler(closed -> connections.remove(connection));
  }

  /** Counts the request's body as still being sent until it has ended. */
  void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    Phase phase = connections.get(request.connection());
    if (phase != null) {
      if (request.isEnded()) {
        phase.enter(Phase.Doing.TAKING_RESPONSE);
      }
      context.addEndHandler(ended -> phase.enter(Phase.Doing.SENDING_REQUEST));
    }
    context.next();
  }

  /** The body has arrived. */
  void received(RoutingContext context) {
    Phase phase = connections.get(context.request().connection());
    if (phase != null) {
      phase.enter(Phase.Doing.TAKING_RESPONSE);
    }
    context.next();
  }

  /** The response is an event stream, which has its own deadline. */
  void streaming(HttpConnection connection) {
    Phase phase = connections.get(connection);
    if (phase != null) {
      phase.enter(Phase.Doing.STREAMING);
    }
  }

  /** Closes what is overdue; to be called about every second. */
  void sweep() {
    long now = System.nanoTime();
    for (Map.Entry<HttpConnection, Phase> entry : new ArrayList<>(connections.entrySet())) {
      long waited = now - entry.getValue().since;
      boolean overdue =
          switch (entry.getValue().doing) {
            case SENDING_REQUEST -> waited > limits.http().requestDeadline().toNanos();
            case TAKING_RESPONSE -> waited > limits.http().responseDeadline().toNanos();
            case STREAMING -> false;
          };
      if (overdue) {
        entry.getKey().close();
      }
    }
  }
}
