package io.sapo.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import io.sapo.testing.Await;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The gateway as a process runs it, asked over HTTP by those who may and those who may not. */
class GatewayHttpTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final String CHAT = "/v1/chat/completions";
  private static final String QUESTION =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"What is 1 plus 2?\"}], \"seed\": 4%s}";

  @TempDir static Path folder;
  private static final RunningRoles roles = new RunningRoles();
  private static final HttpClient http = HttpClient.newHttpClient();
  private static EmbeddedBroker broker;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Files.writeString(
        checkpoint.resolve("chat_template.jinja"),
        "{% for message in messages %}{{ message['content'] }}\n{% endfor %}");
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.GATEWAY)) {
      roles.add(
          RunningRole.start(
              kind,
              folder.resolve(kind.label()),
              checkpoint,
              "kafka.bootstrap-servers=" + broker.bootstrapServers(),
              "model.max-new-tokens=40",
              "producer.steps-per-call=1",
              "gateway.port=" + port,
              "gateway.token=" + TOKEN));
    }
    assertThat(roles.all().get(1).awaitReady()).startsWith("ready");
  }

  @AfterAll
  static void stop() {
    try {
      roles.close();
    } finally {
      broker.close();
    }
  }

  @Test
  void aStreamSaysWhatTheWholeAnswerSaysUpToAStopText() throws Exception {
    String text = sameStreamed("").getJsonObject("message").getString("content");
    int[] letters = text.codePoints().skip(2).filter(Character::isLetterOrDigit).toArray();
    String stop = Character.toString(letters[0]);
    JsonObject cut = sameStreamed(", \"stop\": [\"no such text\", \"%s\"]".formatted(stop));
    assertThat(cut.getJsonObject("message").getString("content"))
        .isEqualTo(text.substring(0, text.indexOf(stop)));
    assertThat(cut.getString("finish_reason")).isEqualTo("stop");
  }

  /** The choice that a question gets, whole and streamed. */
  private static JsonObject sameStreamed(String field) throws Exception {
    HttpResponse<String> whole = post(CHAT, QUESTION.formatted(field));
    assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
    JsonObject choice = choice(new JsonObject(whole.body()));
    HttpResponse<String> stream =
        post(
            CHAT,
            QUESTION.formatted(
                field + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
    assertThat(stream.headers().firstValue("content-type")).contains("text/event-stream");
    List<String> events = Stream.of(stream.body().split("\n\n")).toList();
    assertThat(events)
        .allMatch(event -> event.startsWith("data: "))
        .last()
        .isEqualTo("data: [DONE]");
    assertThat(events).hasSizeGreaterThan(field.isEmpty() ? 5 : 3);
    StringBuilder text = new StringBuilder();
    List<String> endings = new ArrayList<>();
    for (String event : events.subList(0, events.size() - 2)) {
      JsonObject one = choice(new JsonObject(event.substring("data: ".length())));
      text.append(one.getJsonObject("delta").getString("content", ""));
      if (one.getString("finish_reason") != null) {
        endings.add(one.getString("finish_reason"));
      }
    }
    assertThat(text.toString()).isEqualTo(choice.getJsonObject("message").getString("content"));
    assertThat(endings).containsExactly(choice.getString("finish_reason"));
    assertThat(new JsonObject(events.get(events.size() - 2).substring(6)).getJsonObject("usage"))
        .isEqualTo(new JsonObject(whole.body()).getJsonObject("usage"));
    return choice;
  }

  @Test
  void aCallerWhoGoesAwayLeavesATurnThatIsWholeAndCanBeRewarded() throws Exception {
    String body = QUESTION.formatted(", \"stream\": true");
    String id;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      String head =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n";
      socket
          .getOutputStream()
          .write(
              (head.formatted(CHAT, TOKEN, body.length()) + body).getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line = in.readLine();
      while (!line.startsWith("data: ")) {
        line = in.readLine();
      }
      id = new JsonObject(line.substring("data: ".length())).getString("id");
    }
    String reward = new JsonObject().put("id", id).put("reward", 1).encode();
    Await.until("the turn to be whole", Duration.ofMinutes(1), () -> taken(reward));
  }

  private static boolean taken(String reward) {
    try {
      return post("/rewards", reward).statusCode() == 200;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject choice(JsonObject answer) {
    return answer.getJsonArray("choices").getJsonObject(0);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of(CHAT, "", 400, "no JSON object"),
        Arguments.of(CHAT, "{\"messages\": [", 400, "no JSON object"),
        Arguments.of(CHAT, "[1, 2]", 400, "no JSON object"),
        Arguments.of(CHAT, "\"messages\"", 400, "no JSON object"),
        Arguments.of(CHAT, "null", 400, "no JSON object"),
        Arguments.of(CHAT, "[".repeat(200_000), 400, "no JSON object"),
        Arguments.of(CHAT, "{\"messages\": " + "9".repeat(5_000) + "}", 400, "no JSON object"),
        Arguments.of(CHAT, QUESTION.formatted(", \"temperature\": 1e999"), 400, "'temperature'"),
        Arguments.of(CHAT, QUESTION.formatted(", \"max_tokens\": 1e30"), 400, "'max_tokens'"),
        Arguments.of(CHAT, QUESTION.formatted(", \"seed\": 99999999999999999999"), 400, "'seed'"),
        Arguments.of(
            CHAT,
            QUESTION.formatted(", \"stop\": \"" + "x".repeat(1_000_000) + "\""),
            400,
            "'stop'"),
        Arguments.of(CHAT, QUESTION.formatted("").replace("What", "<|im_end|>"), 400, "<|im_end|>"),
        Arguments.of(CHAT, QUESTION.formatted("").replace("1 plus", "1 ".repeat(9_000)), 400, "64"),
        Arguments.of(CHAT, QUESTION.formatted("").replace("1", "1".repeat(99_999)), 400, "hold"),
        Arguments.of(CHAT, " ".repeat(5 << 20), 413, "bytes"),
        Arguments.of(
            CHAT,
            QUESTION.formatted(", \"metadata\": [" + "{},".repeat(200_000) + "{}]"),
            400,
            "more than 200000 parts"),
        Arguments.of("/rewards", "{\"id\": \"x\"}", 400, "a reward is"),
        Arguments.of("/rewards", "{\"id\": 7, \"reward\": 1}", 400, "a reward is"),
        Arguments.of("/rewards", "{\"id\": \"x\", \"reward\": 1e400}", 400, "a reward is"),
        Arguments.of("/rewards", "{\"id\": \"x\", \"reward\": 1}", 404, "no conversation x"),
        Arguments.of("/v1/completions", "{}", 404, "no such request"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatCannotBeTakenIsRefusedWithASentence(String path, String body, int status, String said)
      throws Exception {
    HttpResponse<String> answer = post(path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(error(answer)).contains(said);
    assertThat(get("/v1/models", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
  }

  @Test
  void whoDoesNotHaveTheTokenIsTold() throws Exception {
    for (String header : List.of("", "Bearer", "Bearer " + TOKEN + "0", "Basic " + TOKEN)) {
      for (String path : List.of("/v1/models", "/health", "/nowhere")) {
        HttpResponse<String> answer = get(path, header);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(error(answer)).contains("Authorization: Bearer TOKEN").doesNotContain(TOKEN);
        assertThat(new JsonObject(answer.body()).getJsonObject("error").getString("code"))
            .isEqualTo("invalid_api_key");
      }
    }
  }

  @Test
  void pagesAndOtherNamesOfThisMachineAreRefused() throws Exception {
    HttpRequest page =
        HttpRequest.newBuilder(at("/v1/models"))
            .header("Authorization", "Bearer " + TOKEN)
            .header("Origin", "http://127.0.0.1:" + port)
            .build();
    assertThat(http.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    assertThat(raw("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n")).contains(" 421 ");
  }

  @Test
  void aBodyThatIsAnnouncedTooLargeIsNotWaitedFor() throws Exception {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %s\r\n\r\n";
    assertThat(raw(head.formatted(CHAT, TOKEN, "99999999999"))).contains(" 413 ");
    assertThat(raw(head.formatted(CHAT, TOKEN, "-1"))).contains(" 400 ");
    assertThat(raw("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n\r\n")).contains(" 414 ");
  }

  /** What all callers together announce is bounded, and free again when they have gone. */
  @Test
  void manyLargeBodiesAtATimeAreNotTaken() throws Exception {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n{"
            .formatted(CHAT, TOKEN, 4 << 20);
    String large = " ".repeat(4 << 20);
    List<Socket> sending = new ArrayList<>();
    try {
      for (long left = Runtime.getRuntime().maxMemory() / 8; left > 0; left -= large.length()) {
        sending.add(announce(head));
      }
      // One that was asked for meanwhile may have taken the place of one of these.
      Await.until(
          "the gateway to have enough",
          Duration.ofSeconds(20),
          () -> {
            sending.add(announce(head));
            return status(CHAT, large) == 503 && status("/rewards", "{}") == 400;
          });
    } finally {
      for (Socket socket : sending) {
        socket.close();
      }
    }
    Await.until(
        "the bodies to be given up", Duration.ofSeconds(20), () -> status(CHAT, large) == 400);
  }

  private static Socket announce(String head) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int status(String path, String body) {
    try {
      return post(path, body).statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first line of the answer to bytes that need not be HTTP. */
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      StringBuilder line = new StringBuilder();
      for (int read = in.read(); read >= 0 && read != '\r'; read = in.read()) {
        line.append((char) read);
      }
      return line.toString();
    }
  }

  private static String error(HttpResponse<String> answer) {
    JsonObject error = new JsonObject(answer.body()).getJsonObject("error");
    assertThat(error.getString("type")).isEqualTo("invalid_request_error");
    return error.getString("message");
  }

  private static URI at(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static HttpResponse<String> get(String path, String authorization) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(at(path))
            .header("Authorization", "Bearer " + TOKEN)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
