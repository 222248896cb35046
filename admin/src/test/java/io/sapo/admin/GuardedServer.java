package io.sapo.admin;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** An admin server with a token over a small run, and requests byte by byte. For one test class. */
abstract class GuardedServer {
  static final String TOKEN = "a-token-for-tests-only";

  static SyntheticRun run;
  static AdminServer server;
  static Client client;

  @BeforeAll
  static void start() {
    run = new SyntheticRun();
    run.version(0, 0, 0);
    run.segment(run.records.segmented("a", "Answer: 7", 0, true));
    server = start(Listen.loopback(0).withToken(TOKEN), Limits.defaults());
    client = new Client(server);
    client.await("/status", s -> s.getInteger("trajectories") == 1);
  }

  static AdminServer start(Listen listen, Limits limits) {
    return AdminServer.start(
        AdminConfig.of(SyntheticRun.bootstrapServers(), run.topics.prefix(), listen)
            .withLimits(limits));
  }

  @AfterAll
  static void end() {
    server.close();
    run.close();
  }

  static String raw(AdminServer to, String request) throws IOException {
    try (RawConnection connection = new RawConnection(to.port())) {
      connection.send(request);
      return connection.readToEnd();
    }
  }

  static String get(String path, String headers) throws IOException {
    return raw(server, "GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
  }

  static String ownHost() {
    return "Host: 127.0.0.1:" + server.port() + "\r\n";
  }
}
