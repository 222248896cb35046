package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers who owe a request are not waited for; those who wait for an answer are. */
class RequestDeadlineTest {
  private static final long WITHIN_MS = 300;
  private static final int MOST = 20;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final CompletableFuture<HttpServerResponse> asked = new CompletableFuture<>();
  private volatile RequestDeadline deadline;
  private int port;

  /** Answers once a test says so. */
  @BeforeEach
  void listen() throws Exception {
    deadline = new RequestDeadline(vertx, WITHIN_MS, MOST);
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              deadline.owes(context.request().connection());
              context.next();
            });
    router
        .post("/")
        .handler(BodyHandler.create(false))
        .handler(
            context -> {
              deadline.paid(context.request().connection());
              asked.complete(context.response());
            });
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setHttp2ClearTextEnabled(false))
            .connectionHandler(connection -> deadline.connected(connection))
            .requestHandler(router);
    server.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Socket connect(String sent) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(sent.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /** Who waits for an answer is not among them. */
  @Test
  void whereManyHaveAskedForNothingNoMoreMayCome() throws Exception {
    try (Socket waiting = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")) {
      HttpServerResponse response = asked.get(20, TimeUnit.SECONDS);
      CompletableFuture<Void> more = new CompletableFuture<>();
      vertx.runOnContext(
          now -> {
            deadline = new RequestDeadline(vertx, 60_000, 2);
            more.complete(null);
          });
      more.get(20, TimeUnit.SECONDS);
      try (Socket first = connect("");
          Socket second = connect("POST / HT");
          Socket third = connect("")) {
        assertThat(third.getInputStream().read()).isEqualTo(-1);
        first.setSoTimeout(50);
        assertThatThrownBy(() -> first.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        assertThat(second.isConnected()).isTrue();
      }
      vertx.runOnContext(now -> response.end("well"));
      assertThat(waiting.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void whoAsksForNothingIsClosedAndWhoWaitsIsAnswered() throws Exception {
    try (Socket waiting = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")) {
      HttpServerResponse response = asked.get(20, TimeUnit.SECONDS);
      for (String part :
          new String[] {
            "",
            "POST / HT",
            "POST / HTTP/1.1\r\nHost: h\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200\r\n\r\n{",
          }) {
        try (Socket late = connect(part)) {
          assertThat(late.getInputStream().read()).as(part).isEqualTo(-1);
        }
      }
      vertx.runOnContext(now -> response.end("well"));
      byte[] answer = waiting.getInputStream().readNBytes("HTTP/1.1 200".length());
      assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 200");
    }
  }
}
