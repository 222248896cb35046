package io.sapo.admin.http;

import io.sapo.admin.config.Limits;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Server-sent events. Every event is the whole status, so a reader that is too slow misses
 * intermediate ones and loses nothing; one that takes none for the response deadline is closed.
 *
 * <p>Of one event loop; not thread-safe.
 */
final class EventStreams {
  private static final Buffer HEARTBEAT = Buffer.buffer(": still here\n\n");
  private static final int HEARTBEAT_TICKS = 10;

  private final Limits limits;
  private final ConnectionGuard connections;
  private final Map<HttpServerResponse, Long> lastTaken = new LinkedHashMap<>();
  private Buffer last = Buffer.buffer();
  private int quietTicks;

  EventStreams(Limits limits, ConnectionGuard connections) {
    this.limits = limits;
    this.connections = connections;
  }

  void open(RoutingContext context) {
    if (lastTaken.size() >= limits.http().eventStreams()) {
      context.response().putHeader("retry-after", "10");
      throw new ApiException(503, "too many event streams are open; try again later");
    }
    HttpServerResponse response = context.response();
    connections.streaming(context.request().connection());
    response.setChunked(true).putHeader("content-type", "text/event-stream; charset=utf-8");
    response.setWriteQueueMaxSize(128 << 10);
    lastTaken.put(response, System.nanoTime());
    response.closeHandler(closed -> lastTaken.remove(response));
    response.exceptionHandler(failed -> lastTaken.remove(response));
    response.write(Buffer.buffer("retry: 2000\n\n").appendBuffer(last));
  }

  /** To be called about every second, with JSON on one line. */
  void publish(Buffer status, boolean changed) {
    Buffer event = Buffer.buffer("event: status\ndata: ").appendBuffer(status).appendString("\n\n");
    last = event;
    if (changed) {
      quietTicks = 0;
      write(event);
    } else if (++quietTicks >= HEARTBEAT_TICKS) {
      quietTicks = 0;
      write(HEARTBEAT);
    }
  }

  private void write(Buffer event) {
    long now = System.nanoTime();
    for (Map.Entry<HttpServerResponse, Long> stream : new ArrayList<>(lastTaken.entrySet())) {
      HttpServerResponse response = stream.getKey();
      if (!response.writeQueueFull()) {
        lastTaken.computeIfPresent(response, (key, old) -> now);
        response.write(event);
      } else if (now - stream.getValue() > limits.http().responseDeadline().toNanos()) {
        lastTaken.remove(response);
        response.reset();
      }
    }
  }

  int open() {
    return lastTaken.size();
  }

  void closeAll() {
    new ArrayList<>(lastTaken.keySet()).forEach(HttpServerResponse::end);
    lastTaken.clear();
  }
}
