package io.sapo.admin.http;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import io.sapo.admin.metrics.AdminMetrics;
import io.sapo.admin.metrics.RunMetrics;
import io.sapo.admin.run.Explainer;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.CommandSender;
import io.sapo.admin.topics.RecordFetcher;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: one event loop, on which nothing waits. */
public final class AdminVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(AdminVerticle.class);
  private static final long BEAT_MS = 1_000;
  private static final int SEND_BUFFER_BYTES = 64 << 10;

  private final AdminConfig config;
  private final RunState run;
  private final StatusCache status;
  private final LivenessProbes loops;
  private final AdminMetrics metrics;
  private final Tokens tokens;
  private final Guard guard;
  private final ConnectionGuard connections;
  private final EventStreams events;
  private final RunApi runApi;
  private final TrajectoryApi trajectoryApi;
  private final ControlApi controlApi;
  private HttpServer server;
  private BlockingWork blocking;
  private boolean beating;

  public AdminVerticle(
      AdminConfig config,
      RunState run,
      RecordFetcher fetcher,
      Explainer explainer,
      CommandSender commands,
      StatusCache status,
      LivenessProbes loops,
      AdminMetrics metrics,
      Clock clock) {
    this.config = config;
    this.run = run;
    this.status = status;
    this.loops = loops;
    this.metrics = metrics;
    this.tokens = new Tokens(config.listen());
    this.guard = new Guard(config.listen(), tokens);
    this.connections = new ConnectionGuard(config.limits());
    this.events = new EventStreams(config.limits(), connections);
    this.runApi = new RunApi(run, fetcher, config.shown());
    this.trajectoryApi = new TrajectoryApi(run, fetcher, config.pictures(), explainer);
    this.controlApi = new ControlApi(run, commands, clock);
  }

  @Override
  public Future<?> start() {
    blocking = new BlockingWork(vertx);
    server = vertx.createHttpServer(options());
    server.connectionHandler(connections::opened);
    server.requestHandler(router());
    vertx.setPeriodic(BEAT_MS, timer -> beat());
    vertx.setPeriodic(BEAT_MS, timer -> connections.sweep());
    vertx.setPeriodic(BEAT_MS, timer -> blocking.run(this::refreshTokens));
    return server.listen();
  }

  public int port() {
    return server.actualPort();
  }

  private HttpServerOptions options() {
    Listen listen = config.listen();
    Limits limits = config.limits();
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(listen.host())
            .setPort(listen.port())
            .setMaxHeaderSize(limits.http().headerBytes())
            .setMaxInitialLineLength(limits.http().headerBytes())
            .setSendBufferSize(SEND_BUFFER_BYTES)
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false);
    listen
        .tls()
        .ifPresent(
            files ->
                options
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setCertPath(files.certificate().toString())
                            .setKeyPath(files.key().toString())));
    return options;
  }

  /** A beat that takes longer than the interval is not overtaken by the next. */
  private void beat() {
    if (beating) {
      return;
    }
    beating = true;
    blocking
        .run(status::beat)
        .onSuccess(beat -> events.publish(beat.json(), beat.changed()))
        .onFailure(e -> LOG.error("the status cannot be made", e))
        .onComplete(done -> beating = false);
  }

  private Router router() {
    Router router = Router.router(vertx);
    router.route().handler(connections::handle);
    router.route().handler(guard::check);
    StaticFiles.mount(router);
    router.get("/health/live").handler(this::live);
    router.get("/health/ready").handler(this::ready);
    router.get("/health/conditions").handler(this::conditions);
    router.get("/status").handler(this::status);
    router.get("/metrics").handler(this::scrape);
    router.get("/events").handler(events::open);
    router.get("/api/openapi.json").handler(openApi());
    router.get("/api/versions").handler(runApi::versions);
    router.get("/api/versions/:version").handler(runApi::version);
    router.get("/api/series").handler(runApi::series);
    router.get("/api/evaluations").handler(runApi::evaluations);
    router.get("/api/trajectories").handler(trajectoryApi::list);
    router.get("/api/trajectories/:id").handler(trajectoryApi::one);
    router.get("/api/trajectories/:id/pictures/:index").handler(trajectoryApi::picture);
    router.get("/api/dead-letters").handler(runApi::deadLetters);
    router.get("/api/dead-letters/:position").handler(runApi::deadLetter);
    router.get("/api/config").handler(runApi::config);
    router.get("/api/commands").handler(controlApi::list);
    router
        .post("/api/control/:action")
        .handler(BodyHandler.create(false).setBodyLimit(config.limits().http().bodyBytes()))
        .handler(connections::received)
        .handler(controlApi::command);
    router.route("/api/v1/*").handler(AdminVerticle::stripVersion);
    router.route().failureHandler(Replies::fail);
    for (int code : new int[] {400, 404, 405, 413, 500}) {
      router.errorHandler(code, Replies::fail);
    }
    return router;
  }

  /** {@code /api} is the current version, {@code /api/v1} stays this one. */
  private static void stripVersion(RoutingContext context) {
    String path = context.normalizedPath();
    String rest = path.substring("/api/v1".length());
    if ((rest + "/").startsWith("/v1/")) {
      // Not a version of a version: a path of a thousand would be rerouted as many times.
      context.fail(404);
      return;
    }
    String query = context.request().query();
    context.reroute("/api" + rest + (query == null ? "" : "?" + query));
  }

  private void live(RoutingContext context) {
    Optional<String> stuck = loops.stuck();
    if (stuck.isPresent()) {
      throw new ApiException(503, stuck.get());
    }
    Replies.json(context, new JsonObject().put("live", true));
  }

  private Void refreshTokens() {
    tokens.refresh();
    return null;
  }

  /** Of this process, not of the run: the page is needed most when the run is not well. */
  private void ready(RoutingContext context) {
    Replies.json(context, new JsonObject().put("ready", true));
  }

  private void conditions(RoutingContext context) {
    new Query(context, Set.of());
    Replies.json(context, status.health());
  }

  private void status(RoutingContext context) {
    new Query(context, Set.of());
    Replies.send(context, 200, "application/json", status.last().json());
  }

  private void scrape(RoutingContext context) {
    blocking
        .run(
            () -> {
              StatusCache.Beat beat = status.last();
              return metrics.scrape()
                  + RunMetrics.of(
                      run, beat.lags(), beat.caughtUp(), beat.conditions(), beat.atMs());
            })
        .onFailure(context::fail)
        .onSuccess(
            text ->
                Replies.send(
                    context, 200, "text/plain; version=0.0.4; charset=utf-8", Buffer.buffer(text)));
  }

  private static Handler<RoutingContext> openApi() {
    Buffer document =
        Buffer.buffer(
            new String(StaticFiles.read("/io/sapo/admin/openapi.json"), StandardCharsets.UTF_8));
    return context -> Replies.send(context, 200, "application/json", document);
  }

  @Override
  public Future<?> stop() {
    events.closeAll();
    return blocking.close().compose(ended -> server.close());
  }
}
