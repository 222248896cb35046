package io.sapo.standalone.run;

import io.sapo.admin.AdminServer;
import java.util.concurrent.CompletableFuture;

/** The admin endpoint, which listens once it is constructed. */
record AdminRole(AdminServer server, CompletableFuture<Void> done) implements Role {
  AdminRole(AdminServer server) {
    this(server, new CompletableFuture<>());
  }

  @Override
  public void start() {}

  @Override
  public CompletableFuture<String> ready() {
    return CompletableFuture.completedFuture(server.address());
  }

  @Override
  public void close() {
    server.close();
    done.complete(null);
  }
}
