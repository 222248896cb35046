package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RepliesTest {
  private static final int LARGE = 64 << 20;

  /** Callers hang up as they like: only what the endpoint got wrong is an error of its log. */
  @Test
  void aCallerThatHangsUpIsNoFailureOfTheEndpoint() {
    Throwable gone = new HttpClosedException("Connection was closed");
    assertThat(Replies.status(500, gone)).isEqualTo(Replies.CALLER_GONE);
    assertThat(Replies.status(500, new IllegalStateException("a fault"))).isEqualTo(500);
  }

  /** A large picture for each of five hundred who do not read it. */
  @Test
  void answersThatNobodyTakesAreBounded() throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      Buffer large = Buffer.buffer(new byte[LARGE]);
      Router router = Router.router(vertx);
      router.get("/large").handler(context -> Replies.send(context, 200, "image/png", large));
      router.get("/small").handler(context -> Replies.json(context, new JsonObject()));
      router.route().failureHandler(Replies::fail);
      HttpServer server =
          vertx
              .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
              .requestHandler(router);
      server.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      List<Socket> asking = new ArrayList<>();
      try {
        String line = "";
        for (long i = 0; i <= 1 + Replies.MOST_PENDING_BYTES / LARGE; i++) {
          Socket socket = ask(server, "/large");
          asking.add(socket);
          line = firstLine(socket);
        }
        assertThat(line).contains(" 503 ");
        try (Socket small = ask(server, "/small")) {
          assertThat(firstLine(small)).contains(" 200 ");
        }
      } finally {
        for (Socket socket : asking) {
          socket.close();
        }
      }
      assertThat(takenAgain(server)).as("what nobody takes any more is given up").isTrue();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  private static boolean takenAgain(HttpServer server) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      try (Socket again = ask(server, "/large")) {
        if (firstLine(again).contains(" 200 ")) {
          return true;
        }
      }
    }
    return false;
  }

  private static Socket ask(HttpServer server, String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress("127.0.0.1", server.actualPort()));
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int read = socket.getInputStream().read(); read >= 0 && read != '\r'; ) {
      line.append((char) read);
      read = socket.getInputStream().read();
    }
    return line.toString();
  }
}
