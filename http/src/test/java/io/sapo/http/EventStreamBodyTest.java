package io.sapo.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sapo.http.EventStreamBody.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventStreamBodyTest {
  private final List<String> events = new CopyOnWriteArrayList<>();
  private volatile Writer writer;
  private volatile String type = "text/event-stream; charset=utf-8";
  private HttpServer server;

  private interface Writer {
    void write(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, 0);
            writer.write(exchange);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void send(HttpExchange exchange, String text) throws IOException {
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  private HttpResponse<byte[]> get(Limits limits, Consumer<String> to) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return HttpClient.newHttpClient()
        .sendAsync(HttpRequest.newBuilder(uri).build(), EventStreamBody.upTo(limits, to))
        .get(60, TimeUnit.SECONDS);
  }

  @Test
  void eventsComeOneByOneHoweverTheyAreCut() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    writer =
        exchange -> {
          send(exchange, ": a comment\r\nevent: x\ndata: {\"a\":");
          send(exchange, "1}\r\n\r\n");
          first.orTimeout(60, TimeUnit.SECONDS).join();
          byte[] euro = "data:€\n\n".getBytes(StandardCharsets.UTF_8);
          for (byte one : euro) {
            exchange.getResponseBody().write(one);
            exchange.getResponseBody().flush();
          }
          send(exchange, "data: two\ndata: lines\n\n\n\ndata: not ended");
        };
    HttpResponse<byte[]> answer =
        get(
            new Limits(100, 1_000),
            event -> {
              events.add(event);
              first.complete(null);
            });
    assertThat(events).containsExactly("{\"a\":1}", "€", "two\nlines");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void whatIsNoStreamIsReadWhole() throws Exception {
    type = "application/json";
    writer = exchange -> send(exchange, "{}");
    assertThat(get(new Limits(100, 1_000), events::add).body()).asString().isEqualTo("{}");
    assertThat(events).isEmpty();
  }

  @Test
  void anEventAndAStreamHaveLimits() {
    writer = exchange -> send(exchange, "data: " + "x".repeat(200));
    tooLong("100");
    writer = exchange -> send(exchange, "data: xxxx\n".repeat(80));
    tooLong("100");
    writer = exchange -> send(exchange, "data: x\n\n".repeat(200));
    tooLong("1000");
  }

  private void tooLong(String limit) {
    assertThatThrownBy(() -> get(new Limits(100, 1_000), events::add))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(BodyTooLongException.class)
        .hasMessageContaining("more than " + limit + " bytes");
  }

  @Test
  void whoeverRefusesAnEventEndsTheExchange() {
    writer =
        exchange -> {
          while (true) {
            send(exchange, "data: x\n\n");
          }
        };
    assertThatThrownBy(
            () ->
                get(
                    new Limits(100, Long.MAX_VALUE),
                    event -> {
                      throw new IllegalStateException("no such event");
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }
}
