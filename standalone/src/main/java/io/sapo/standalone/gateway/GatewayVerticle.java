package io.sapo.standalone.gateway;

import io.sapo.configuration.GatewayListen;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.Gateway;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.standalone.gateway.RequestBudget.Share;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: one event loop; templates and tokens are made beside it. */
final class GatewayVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(GatewayVerticle.class);
  private static final int MOST_BODY_BYTES = 4 << 20;
  private static final int IDLE_SECONDS = 3_600;

  /** Of the heap that the bodies of all requests may take; as texts and messages it is thrice. */
  private static final int SHARE_OF_HEAP = 8;

  /** That have nothing to wait for; those that wait for answers are bounded as such. */
  private static final int MOST_IDLE_CONNECTIONS = 4_096;

  /** For a whole request to come. */
  private static final long REQUEST_WITHIN_MS = 60_000;

  private static final String MODEL = "sapo";
  private static final String SHARE = "share";
  private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  private final Gateway gateway;
  private final GatewayListen listen;
  private final Optional<String> secret;
  private final Clock clock = Clock.systemUTC();
  private final RequestBudget budget =
      new RequestBudget(
          Math.max(2 * MOST_BODY_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  private RequestDeadline deadline;
  private HttpServer server;

  GatewayVerticle(Gateway gateway, GatewayListen listen) {
    this.gateway = gateway;
    this.listen = listen;
    this.secret = listen.secret();
  }

  @Override
  public Future<?> start() {
    deadline = new RequestDeadline(vertx, REQUEST_WITHIN_MS, MOST_IDLE_CONNECTIONS);
    server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost(listen.host())
                .setPort(listen.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false));
    server.connectionHandler(deadline::connected);
    server.requestHandler(router());
    return server.listen();
  }

  int port() {
    return server.actualPort();
  }

  private Router router() {
    Router router = Router.router(vertx);
    router.route().handler(this::begin);
    router.route().handler(this::guard);
    router.get("/health").handler(this::health);
    router.get("/v1/models").handler(this::models);
    BodyHandler body = BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES);
    router.route(HttpMethod.POST, "/*").handler(this::announced);
    router.post("/v1/chat/completions").handler(body).handler(this::whole).handler(this::chat);
    router.post("/rewards").handler(body).handler(this::whole).handler(this::reward);
    router.route().failureHandler(this::fail);
    for (int code : new int[] {400, 404, 405, 413, 500}) {
      router.errorHandler(code, this::fail);
    }
    return router;
  }

  private void begin(RoutingContext context) {
    HttpConnection connection = context.request().connection();
    deadline.owes(connection);
    context.addEndHandler(answered -> deadline.owes(connection));
    context.next();
  }

  /** Of a length that is not announced, or not to be taken, as much is held free as is taken. */
  private void announced(RoutingContext context) {
    String length = context.request().getHeader("content-length");
    boolean sound =
        length != null && length.length() <= 7 && length.chars().allMatch(Character::isDigit);
    long bytes = sound ? Math.min(Long.parseLong(length), MOST_BODY_BYTES) : MOST_BODY_BYTES;
    Share share = budget.take(bytes);
    context.put(SHARE, share);
    context.addEndHandler(answered -> share.answered());
    context.next();
  }

  private void whole(RoutingContext context) {
    deadline.paid(context.request().connection());
    share(context).shrink(context.body().length());
    context.next();
  }

  private static Share share(RoutingContext context) {
    return context.get(SHARE);
  }

  /**
   * Whoever is not to ask gets no further: without the token, where there is one; a page of a
   * browser; and, where the port is open to this machine alone, anyone who came by another name.
   */
  private void guard(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (request.getHeader("origin") != null) {
      throw new HttpException(403, "pages may not ask");
    }
    boolean known =
        request.authority() != null
            && OWN_NAMES.contains(request.authority().host().toLowerCase(Locale.ROOT));
    if (listen.isLoopback() && !known) {
      throw new HttpException(421, "this server does not go by that name");
    }
    if (secret.isPresent() && !holds(request.getHeader("authorization"), secret.get())) {
      throw new HttpException(401, "this needs the header Authorization: Bearer TOKEN");
    }
    context.next();
  }

  private static boolean holds(String header, String secret) {
    return header != null
        && MessageDigest.isEqual(
            header.getBytes(StandardCharsets.UTF_8),
            ("Bearer " + secret).getBytes(StandardCharsets.UTF_8));
  }

  private void health(RoutingContext context) {
    JsonObject counts = new JsonObject();
    gateway.counts().forEach(counts::put);
    boolean draws = gateway.obstacle().isEmpty();
    send(
        context,
        draws ? 200 : 503,
        new JsonObject()
            .put("version", gateway.version())
            .put("obstacle", gateway.obstacle())
            .put("conversations", counts));
  }

  private void models(RoutingContext context) {
    JsonObject model =
        new JsonObject()
            .put("id", MODEL)
            .put("object", "model")
            .put("created", 0)
            .put("owned_by", "sapo");
    send(
        context,
        200,
        new JsonObject().put("object", "list").put("data", new JsonArray().add(model)));
  }

  private void chat(RoutingContext context) {
    JsonObject body = RequestJson.of(context.body().buffer());
    ChatRequest request = ChatJson.request(body, gateway.config().rollouts().sampling());
    String model = ChatJson.model(body, MODEL);
    share(context).workBegins();
    if (ChatJson.wantsStream(body)) {
      stream(context, request, new ChatChunks(model, seconds(), ChatJson.wantsUsage(body)));
      return;
    }
    vertx
        .executeBlocking(() -> gateway.chat(request), false)
        .compose(this::here)
        .onComplete(done -> share(context).workEnds())
        .onFailure(context::fail)
        .onSuccess(reply -> send(context, 200, ChatJson.whole(reply, model, seconds())));
  }

  private long seconds() {
    return clock.millis() / 1_000;
  }

  private void stream(RoutingContext context, ChatRequest request, ChatChunks chunks) {
    HttpServerResponse response = context.response();
    Context loop = vertx.getOrCreateContext();
    ChatEvents events =
        new ChatEvents(
            response,
            chunks,
            work -> loop.runOnContext(unused -> work.run()),
            () ->
                response
                    .setChunked(true)
                    .putHeader("content-type", "text/event-stream")
                    .putHeader("cache-control", "no-store"));
    // In place of the router's own handler, which would end what is held.
    response.closeHandler(
        closed -> {
          events.abandon();
          share(context).answered();
        });
    vertx
        .executeBlocking(() -> gateway.stream(request, events::news), false)
        .compose(
            stream -> {
              events.open(stream);
              return here(stream.reply());
            })
        .onComplete(done -> share(context).workEnds())
        .onSuccess(events::end)
        .onFailure(
            problem -> {
              if (events.begun()) {
                events.fail(error(context, problem, 0));
              } else {
                context.fail(problem);
              }
            });
  }

  private <T> Future<T> here(CompletableFuture<T> future) {
    return Future.fromCompletionStage(future, vertx.getOrCreateContext());
  }

  private void reward(RoutingContext context) {
    JsonObject body = RequestJson.of(context.body().buffer());
    boolean sound =
        body.getValue("id") instanceof String
            && body.getValue("reward") instanceof Number number
            && Math.abs(number.doubleValue()) <= 1_000;
    if (!sound) {
      throw new GatewayException(
          Kind.BAD_REQUEST,
          "a reward is {\"id\": TEXT, \"reward\": NUMBER}, the number from -1000 to 1000");
    }
    String id = body.getString("id");
    here(gateway.reward(id, body.getDouble("reward")))
        .onFailure(context::fail)
        .onSuccess(
            done -> send(context, 200, new JsonObject().put("id", id).put("status", "published")));
  }

  private static void send(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .putHeader("cache-control", "no-store")
        .end(body.encode());
  }

  private void fail(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (response.headWritten()) {
      response.reset();
      return;
    }
    ChatError error = error(context, context.failure(), context.statusCode());
    if (error.status() == 503) {
      response.putHeader("retry-after", "1");
    }
    send(context, error.status(), error.json());
  }

  private static ChatError error(RoutingContext context, Throwable problem, int code) {
    ChatError error = ChatError.of(problem, code, MOST_BODY_BYTES);
    if (error.status() == 500) {
      log.error("{} failed", context.request().path(), problem);
    }
    return error;
  }

  @Override
  public Future<?> stop() {
    return server == null ? Future.succeededFuture() : server.close();
  }
}
