package io.sapo.standalone.gateway;

import io.sapo.admin.http.VertxFiles;
import io.sapo.configuration.GatewayListen;
import io.sapo.producer.gateway.Gateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A gateway that listens. Owns its threads; thread-safe. */
public final class GatewayServer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final Vertx vertx =
      Vertx.vertx(VertxFiles.in(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(4)));
  private final GatewayListen listen;
  private final GatewayVerticle verticle;

  private GatewayServer(Gateway gateway, GatewayListen listen) {
    this.listen = listen;
    this.verticle = new GatewayVerticle(gateway, listen);
  }

  /**
   * Listens when it returns.
   *
   * @param gateway stays the caller's
   * @throws IllegalArgumentException when it cannot listen there
   */
  public static GatewayServer start(Gateway gateway, GatewayListen listen) {
    GatewayServer server = new GatewayServer(gateway, listen);
    try {
      server
          .vertx
          .deployVerticle(server.verticle)
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return server;
    } catch (ExecutionException | TimeoutException e) {
      server.close();
      throw new IllegalArgumentException(
          "gateway.port: cannot listen on %s:%d: %s; is it in use?"
              .formatted(
                  listen.host(),
                  listen.port(),
                  e.getCause() == null ? "no answer" : e.getCause().getMessage()),
          e);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    }
  }

  /** Such as {@code http://127.0.0.1:8080}. */
  public String address() {
    String host = listen.host();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + verticle.port();
  }

  @Override
  public void close() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the gateway's server does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
