package io.sapo.standalone.run;

import io.sapo.configuration.GatewayListen;
import io.sapo.producer.gateway.Gateway;
import io.sapo.standalone.gateway.GatewayServer;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway and its server. */
final class GatewayRole implements Role {
  private static final Logger log = LoggerFactory.getLogger(GatewayRole.class);

  private final Gateway gateway;
  private final GatewayServer server;

  /** Listens at once; owns the gateway. */
  GatewayRole(Gateway gateway, GatewayListen listen) {
    this.gateway = gateway;
    try {
      this.server = GatewayServer.start(gateway, listen);
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  @Override
  public void start() {
    gateway.start();
    log.info("the gateway listens on {}/v1", server.address());
  }

  @Override
  public CompletableFuture<Void> ready() {
    return gateway.ready();
  }

  @Override
  public CompletableFuture<Void> done() {
    return gateway.done();
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      gateway.close();
    }
  }
}
