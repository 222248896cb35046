package io.sapo.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {
  private static final int MOST = 100_000;

  private final CompletableFuture<Void> connectionLost = new CompletableFuture<>();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/fits", exchange -> send(exchange, MOST));
    server.createContext("/one-more", exchange -> send(exchange, MOST + 1));
    server.createContext("/endless", this::sendWithoutEnd);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void send(HttpExchange exchange, int bytes) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, bytes);
      exchange.getResponseBody().write(new byte[bytes]);
    }
  }

  private void sendWithoutEnd(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (true) {
        exchange.getResponseBody().write(new byte[1 << 16]);
      }
    } catch (IOException e) {
      connectionLost.complete(null);
    }
  }

  private CompletableFuture<HttpResponse<byte[]>> get(String path) {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return HttpClient.newHttpClient()
        .sendAsync(HttpRequest.newBuilder(address).build(), BoundedBody.upTo(MOST));
  }

  @Test
  void aBodyOfExactlyTheLimitIsRead() throws Exception {
    assertThat(get("/fits").get(60, TimeUnit.SECONDS).body()).hasSize(MOST);
  }

  @Test
  void oneByteMoreIsRefused() {
    assertThatThrownBy(() -> get("/one-more").get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(BodyTooLongException.class)
        .hasMessageContaining("more than 100000 bytes");
  }

  @Test
  void aBodyWithoutEndIsCancelled() throws Exception {
    assertThatThrownBy(() -> get("/endless").get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(BodyTooLongException.class);
    connectionLost.get(60, TimeUnit.SECONDS);
  }
}
