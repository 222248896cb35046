package io.sapo.admin.http;

import io.sapo.admin.topics.RecordFetcher;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How answers and failures are written. No reply carries a stack trace. */
final class Replies {
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  /** Nobody reads the answer; as web servers log it. */
  static final int CALLER_GONE = 499;

  /** Of all answers that are on their way, in this process: an eighth of its heap. */
  static final long MOST_PENDING_BYTES = Runtime.getRuntime().maxMemory() / 8;

  /** Answers that are sent however many are on their way: errors, probes, the status. */
  private static final int SMALL_BYTES = 1 << 16;

  private static final AtomicLong PENDING_BYTES = new AtomicLong();

  private Replies() {}

  static void json(RoutingContext context, JsonObject body) {
    send(context, 200, "application/json", body.toBuffer());
  }

  /** Where callers do not take what they asked for, large answers fail until they have. */
  static void send(RoutingContext context, int status, String type, Buffer body) {
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    int bytes = body.length();
    if (PENDING_BYTES.addAndGet(bytes) > MOST_PENDING_BYTES && bytes > SMALL_BYTES) {
      PENDING_BYTES.addAndGet(-bytes);
      context.fail(new RecordFetcher.OverloadedException());
      return;
    }
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", type)
        .end(body)
        .onComplete(taken -> PENDING_BYTES.addAndGet(-bytes));
  }

  /** Sends what the stage completes with, from the context's own thread. */
  static <T> void when(RoutingContext context, CompletionStage<T> stage, Consumer<T> reply) {
    var eventLoop = Vertx.currentContext();
    stage.whenComplete(
        (value, failure) ->
            eventLoop.runOnContext(
                none -> {
                  if (failure != null) {
                    context.fail(
                        failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
                  } else {
                    reply.accept(value);
                  }
                }));
  }

  /** The last failure handler. */
  static void fail(RoutingContext context) {
    Throwable failure = context.failure();
    int status = status(context.statusCode(), failure);
    String message =
        failure instanceof ApiException || failure instanceof RecordFetcher.GoneException
            ? failure.getMessage()
            : describe(status);
    if (status == 500) {
      LOG.error("{} {} failed", context.request().method(), context.request().path(), failure);
    }
    if (context.response().headWritten()) {
      context.request().connection().close();
      return;
    }
    send(
        context,
        status,
        "application/json",
        new JsonObject().put("status", status).put("error", message).toBuffer());
  }

  /** Of the answer to a failed request, or of what is not answered any more. */
  static int status(int given, Throwable failure) {
    if (failure instanceof HttpClosedException) {
      return CALLER_GONE;
    }
    if (failure instanceof ApiException refused) {
      return refused.status();
    }
    if (failure instanceof RecordFetcher.GoneException) {
      return 410;
    }
    if (failure instanceof RecordFetcher.OverloadedException) {
      return 503;
    }
    if (failure instanceof KafkaException) {
      return 504;
    }
    return given > 0 ? given : 500;
  }

  private static String describe(int status) {
    return switch (status) {
      case 400 -> "the request is malformed";
      case 404 -> "there is nothing at this address; see /api/openapi.json";
      case 405 -> "this address does not take the method; see /api/openapi.json";
      case 413 -> "the body is too large";
      case 414 -> "the address is too long";
      case 415 -> "the body must be application/json";
      case 503 -> "too much is being asked for at once; try again";
      case 504 -> "the broker did not answer in time";
      default -> "the server failed; its log says why";
    };
  }

  /** JSON has no NaN and no infinities; they become null. */
  static Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  static JsonObject numbers(Map<String, Double> values) {
    JsonObject object = new JsonObject();
    values.forEach((name, value) -> object.put(name, number(value)));
    return object;
  }

  static JsonObject texts(Map<String, String> values) {
    JsonObject object = new JsonObject();
    values.forEach(object::put);
    return object;
  }
}
