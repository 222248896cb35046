package io.sapo.admin;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.health.Health;
import io.sapo.admin.http.AdminVerticle;
import io.sapo.admin.http.LivenessProbes;
import io.sapo.admin.http.StatusCache;
import io.sapo.admin.http.VertxFiles;
import io.sapo.admin.metrics.AdminMetrics;
import io.sapo.admin.metrics.KafkaMeters;
import io.sapo.admin.run.Explainer;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.CommandSender;
import io.sapo.admin.topics.LagMonitor;
import io.sapo.admin.topics.RecordFetcher;
import io.sapo.admin.topics.TopicFollower;
import io.sapo.schemas.Topics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.BindException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin endpoint of a run. It needs a broker's address, not a broker: while none answers it
 * serves, and says so.
 *
 * <p>Owns its threads and clients; {@link #close} ends them. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final long PATIENCE_SECONDS = 30;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AdminConfig config;
  private AdminVerticle verticle;

  private AdminServer(AdminConfig config) {
    this.config = config;
  }

  /** Listens when it returns. */
  public static AdminServer start(AdminConfig config) {
    return start(config, List.of(), new KafkaMeters(), Explainer.NONE);
  }

  /**
   * Listens when it returns.
   *
   * @param binders further metrics of this process for {@code /metrics}; the caller closes them
   * @param kafka what other Kafka clients of this process report to; the server's own do, too
   * @param explainer of verdicts, for the page of a trajectory
   * @throws IllegalArgumentException naming every setting that is wrong
   * @throws AdminException when the port is taken or a Kafka client cannot be made
   */
  public static AdminServer start(
      AdminConfig config, List<MeterBinder> binders, KafkaMeters kafka, Explainer explainer) {
    config.check();
    AdminServer server = new AdminServer(config);
    try {
      server.open(binders, kafka, explainer);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e instanceof AdminException
          ? e
          : new AdminException("the admin server cannot start: " + e.getMessage(), e);
    }
  }

  private void open(List<MeterBinder> binders, KafkaMeters kafka, Explainer explainer) {
    Clock clock = Clock.systemUTC();
    Map<String, Object> client = config.clientProperties();
    kafka.addTo(client);
    RunState run = new RunState(new Topics(config.topicPrefix()), config.limits());
    AdminMetrics metrics = own(new AdminMetrics(binders, kafka));
    TopicFollower follower = own(new TopicFollower(client, run, config.limits()));
    LagMonitor lags = own(new LagMonitor(client, run.topics(), clock));
    RecordFetcher fetcher = own(new RecordFetcher(client, config.limits().pendingFetches()));
    CommandSender commands = own(new CommandSender(client, run.topics()));
    follower.start();
    lags.start();
    fetcher.start();
    StatusCache status =
        new StatusCache(run, follower, lags, new Health(config.thresholds()), clock);
    Vertx vertx =
        Vertx.vertx(VertxFiles.in(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4)));
    own(() -> vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS));
    verticle =
        new AdminVerticle(
            config,
            run,
            fetcher,
            explainer,
            commands,
            status,
            new LivenessProbes(follower.liveness(), status.liveness()),
            metrics,
            clock);
    deploy(vertx);
    if (!config.listen().isLoopback() && config.listen().tls().isEmpty()) {
      LOG.warn("the admin token travels in clear text; set admin.tls or put a proxy in front");
    }
    if (config.listen().isLoopback()
        && !config.listen().allowedHosts().isEmpty()
        && !config.listen().readToken().isSet()) {
      LOG.warn(
          "admin.allowed-hosts names a proxy and admin.read-token is not set: whoever reaches the"
              + " proxy reads everything unless it adds X-Forwarded-For; set admin.read-token");
    }
    LOG.info("admin listens on {}", address());
  }

  private void deploy(Vertx vertx) {
    try {
      vertx
          .deployVerticle(verticle)
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      String where = config.listen().host() + ":" + config.listen().port();
      throw new AdminException(
          e.getCause() instanceof BindException
              ? "admin.port: cannot listen on " + where + " (is it in use?); choose another"
              : "the admin server cannot listen on " + where + ": " + e.getCause().getMessage(),
          e.getCause());
    } catch (TimeoutException e) {
      throw new AdminException("the admin server did not start in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException("interrupted while starting", e);
    }
  }

  private <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    return part;
  }

  public int port() {
    return verticle.port();
  }

  /** Such as {@code http://127.0.0.1:8080}. */
  public String address() {
    String scheme = config.listen().tls().isPresent() ? "https" : "http";
    String host = config.listen().host();
    return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** Ends the newest part first; may be called again. */
  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("a part of the admin server did not close cleanly", e);
      }
    }
  }
}
