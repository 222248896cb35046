package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No request, however made, costs more than it should. */
class RequestLimitsTest extends GuardedServer {
  private static final int FUZZED = 10_000;

  @Test
  void tooMuchIsRefused() throws IOException {
    String long1 = "x".repeat(9_000);
    assertThat(get("/status", ownHost() + "X-Long: " + long1 + "\r\n")).startsWith("HTTP/1.1 4");
    assertThat(get("/" + long1, ownHost())).contains(" 414 ");
    assertThat(get("/api/v1/commands", ownHost())).startsWith("HTTP/1.1 200");
    for (String path :
        List.of("/api/v1/v1/commands", "/api" + "/v1".repeat(1_000), "/api/v1/v%31")) {
      assertThat(get(path, ownHost())).startsWith("HTTP/1.1 404");
    }
    assertThat(client.post("/api/control/pause", TOKEN, long1).statusCode()).isEqualTo(413);
    try (RawConnection announcing = new RawConnection(server.port())) {
      announcing.send(
          "POST /api/control/pause HTTP/1.1\r\n"
              + ownHost()
              + "Authorization: Bearer "
              + TOKEN
              + "\r\nContent-Length: 99999999999\r\n\r\n");
      assertThat(announcing.readUntil("\r\n")).startsWith("HTTP/1.1 4");
    }
    assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void whoSendsSlowlyIsCutOff() throws IOException {
    Limits impatient = Limits.defaults().withRequestDeadline(Duration.ofSeconds(2));
    List<String> starts =
        List.of(
            "",
            "GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ",
            "POST /api/control/pause HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + TOKEN
                + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
    try (AdminServer guarded = start(Listen.loopback(0).withToken(TOKEN), impatient)) {
      List<RawConnection> dripping = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        RawConnection connection = new RawConnection(guarded.port());
        connection.send(starts.get(i % starts.size()));
        dripping.add(connection);
      }
      long start = System.nanoTime();
      List<RawConnection> open = new ArrayList<>(dripping);
      while (!open.isEmpty()) {
        // A byte at a time keeps an idle timeout from ever firing.
        open.removeIf(connection -> !connection.send("a"));
        LockSupport.parkNanos(100_000_000);
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(60).toNanos());
      }
      assertThat(new Client(guarded).get("/health/live").statusCode()).isEqualTo(200);
      for (RawConnection connection : dripping) {
        connection.close();
      }
    }
  }

  @Test
  void connectionsAndStreamsAreCounted() throws IOException {
    Limits few = Limits.defaults().withConnections(8, 2);
    try (AdminServer small = start(Listen.loopback(0), few)) {
      String events = "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      List<RawConnection> streams = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        RawConnection stream = new RawConnection(small.port());
        stream.send(events);
        assertThat(stream.readUntil("data: ")).contains("200 OK", "text/event-stream");
        streams.add(stream);
      }
      assertThat(raw(small, events.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")))
          .startsWith("HTTP/1.1 503");
      List<RawConnection> idle = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        RawConnection connection = new RawConnection(small.port());
        connection.send("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        idle.add(connection);
        connection.readUntil("true}");
      }
      assertThat(raw(small, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).isEmpty();
      for (RawConnection connection : idle) {
        connection.close();
      }
      for (RawConnection stream : streams) {
        stream.close();
      }
      awaitAnswer(small);
    }
  }

  /** Room is there again as soon as the server has seen the others go. */
  private static void awaitAnswer(AdminServer server) throws IOException {
    long start = System.nanoTime();
    String request = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    while (!raw(server, request).startsWith("HTTP/1.1 200")) {
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(30).toNanos());
      LockSupport.parkNanos(50_000_000);
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          'GE T /status HTTP/1.1|Host: 127.0.0.1', 400
          'GET /status HTTP/9.9|Host: 127.0.0.1', 501
          'GET /status', 400
          'GET /% HTTP/1.1|Host: 127.0.0.1', 400
          'GET /status HTTP/1.1|Host: 127.0.0.1|NoColon', 400
          'GET /status HTTP/1.1|Host: evil.example', 421
          'GET http://evil.example/status HTTP/1.1|Host: evil.example', 421
          'GET /api/series?points=NaN HTTP/1.1|Host: 127.0.0.1', 400
          'GET /api/trajectories?limit=%ff HTTP/1.1|Host: 127.0.0.1', 400
          'GET /api/trajectories?before=1-1&before=2 HTTP/1.1|Host: 127.0.0.1', 400
          'GET /api/dead-letters/1-99999999999999999999 HTTP/1.1|Host: 127.0.0.1', 404
          'GET /api/versions/-1 HTTP/1.1|Host: 127.0.0.1', 404
          'GET /assets/..%2f..%2fetc/passwd HTTP/1.1|Host: 127.0.0.1', 404
          'TRACE /status HTTP/1.1|Host: 127.0.0.1', 405
          'PUT /status HTTP/1.1|Host: 127.0.0.1', 405
          'POST /api/control/pause HTTP/1.1|Host: 127.0.0.1|Content-Length: -1', 400
          'POST /api/control/pause HTTP/1.1|Host: 127.0.0.1|Content-Length: 1, 2', 400
          'POST /api/control/pause HTTP/1.1|Host: 127.0.0.1|Authorization: Bearer', 401
          """)
  void whatCannotBeAnsweredIsRefused(String lines, String status) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(lines.replace("|", "\r\n") + "\r\n\r\n");
      connection.endSending();
      String answer = connection.readToEnd();
      assertThat(answer).startsWith("HTTP/");
      assertThat(answer.split(" ", 3)[1]).isEqualTo(status);
    }
  }

  @Test
  void ofRequestsMadeUpAtRandomNoneLeaksOrCommands() throws IOException {
    Random random = new Random(11);
    for (int i = 0; i < FUZZED; i++) {
      byte[] request = fuzzed(random);
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send(request);
        connection.endSending();
        String answer = connection.readToEnd();
        assertThat(answer)
            .as(new String(request, StandardCharsets.ISO_8859_1))
            .doesNotContain("Exception", "\tat ", "java.", "io.vertx", "HTTP/1.1 500");
      }
    }
    assertThat(client.json("/api/commands").getJsonArray("commands")).isEmpty();
    assertThat(client.get("/status").statusCode()).isEqualTo(200);
  }

  private static byte[] fuzzed(Random random) {
    String[] methods = {"GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "GE T", "", "PRI"};
    String[] paths = {
      "/",
      "/status",
      "/api/versions/0",
      "/api/versions/-1",
      "/api/versions/%00",
      "/api/trajectories/a",
      "/api/trajectories?limit=%ff",
      "/api/trajectories?before=1-1&before=2",
      "/api/trajectories/a/pictures/99999999999",
      "/api/dead-letters/1-99999999999999999999",
      "/api/control/pause",
      "/api/series?points=NaN",
      "/assets/..%2f..%2fetc/passwd",
      "*",
      "http://evil.example/status",
      "//",
      "/api/v1/../../status",
      "/%",
      "/api/v1/versions?%",
      "?"
    };
    String[] headers = {
      "Host: 127.0.0.1",
      "Host: 127.0.0.1",
      "Host: 127.0.0.1",
      "Host:",
      "Content-Length: 5",
      "Content-Length: -1",
      "Content-Length: 1, 2",
      "Transfer-Encoding: chunked",
      "Transfer-Encoding: gzip, chunked",
      "Connection: Upgrade",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
      "Upgrade: websocket",
      "Expect: 100-continue",
      "Authorization: Bearer",
      "Authorization: Bearer \u00ff",
      "Range: bytes=0-",
      "Cookie: ;;;==",
      "X: \u0000",
      " folded",
      "NoColon",
      "Content-Type: multipart/form-data; boundary=",
      "Content-Type: application/json",
      "Accept-Encoding: br;q=9"
    };
    StringBuilder request = new StringBuilder();
    request.append(pick(random, methods)).append(' ').append(pick(random, paths));
    request.append(random.nextInt(10) == 0 ? " HTTP/9.9" : " HTTP/1.1").append("\r\n");
    for (int i = random.nextInt(6); i > 0; i--) {
      request.append(pick(random, headers)).append(random.nextInt(20) == 0 ? "\n" : "\r\n");
    }
    request.append("\r\n");
    if (random.nextInt(3) == 0) {
      request.append(random.nextBoolean() ? "5\r\nhello\r\n0\r\n\r\n" : "{\"target\":[[[");
    }
    byte[] bytes = request.toString().getBytes(StandardCharsets.ISO_8859_1);
    for (int i = random.nextInt(4); i > 1; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }
}
