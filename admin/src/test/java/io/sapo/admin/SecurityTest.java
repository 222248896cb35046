package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Token;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what, and that no request, however made, costs more than it should. */
class SecurityTest {
  private static final String TOKEN = "a-token-for-tests-only";
  private static final int FUZZED = 10_000;

  private static SyntheticRun run;
  private static AdminServer server;
  private static Client client;

  @BeforeAll
  static void start() {
    run = new SyntheticRun();
    run.version(0, 0, 0);
    run.segment(run.segmented("a", "Answer: 7", 0, true));
    server = start(Listen.loopback(0).withToken(TOKEN), Limits.defaults());
    client = new Client(server);
    client.await("/status", s -> s.getInteger("trajectories") == 1);
  }

  private static AdminServer start(Listen listen, Limits limits) {
    return AdminServer.start(
        AdminConfig.of(SyntheticRun.bootstrapServers(), run.topics.prefix(), listen)
            .withLimits(limits));
  }

  @AfterAll
  static void end() {
    server.close();
    run.close();
  }

  private static String raw(AdminServer to, String request) throws IOException {
    try (RawConnection connection = new RawConnection(to.port())) {
      connection.send(request);
      return connection.readToEnd();
    }
  }

  private static String get(String path, String headers) throws IOException {
    return raw(server, "GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
  }

  private static String ownHost() {
    return "Host: 127.0.0.1:" + server.port() + "\r\n";
  }

  @Test
  void onlyItsOwnNamesAreAnswered() throws IOException {
    assertThat(get("/status", ownHost())).startsWith("HTTP/1.1 200");
    assertThat(get("/status", "Host: localhost\r\n")).startsWith("HTTP/1.1 200");
    assertThat(get("/status", "Host: [::1]:80\r\n")).startsWith("HTTP/1.1 200");
    for (String host : List.of("evil.example", "127.0.0.1.evil.example", "0.0.0.0", "[::2]")) {
      assertThat(get("/status", "Host: " + host + "\r\n")).as(host).startsWith("HTTP/1.1 421");
    }
    for (String headers : List.of("", "Host: \r\n", "Host: a b\r\n", "Host: ::::\r\n")) {
      assertThat(get("/status", headers)).as(headers).startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void pagesOfOtherOriginsAreRefused() throws IOException {
    String own = "Origin: http://127.0.0.1:" + server.port() + "\r\n";
    assertThat(get("/status", ownHost() + own)).startsWith("HTTP/1.1 200");
    for (String origin : List.of("https://evil.example", "null", "https://127.0.0.1", "")) {
      assertThat(get("/status", ownHost() + "Origin: " + origin + "\r\n"))
          .as(origin)
          .startsWith("HTTP/1.1 403");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "checkpoint", "evaluate", "export"})
  void commandsNeedTheToken(String action) {
    String path = "/api/control/" + action;
    String body = "{\"target\":\"learner\"}";
    assertThat(client.post(path, null, body).statusCode()).isEqualTo(401);
    for (String wrong :
        List.of("x", TOKEN + "x", TOKEN.substring(1), TOKEN.toUpperCase(Locale.ROOT))) {
      assertThat(client.post(path, wrong, body).statusCode()).as(wrong).isEqualTo(403);
    }
    HttpResponse<String> basic =
        client.send(
            client
                .request(path)
                .header("authorization", "Basic " + TOKEN)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    assertThat(basic.statusCode()).isEqualTo(401);
    assertThat(client.json("/api/commands").getJsonArray("commands")).isEmpty();
  }

  @Test
  void withoutAConfiguredTokenControlIsOff() {
    try (AdminServer open = start(Listen.loopback(0), Limits.defaults())) {
      HttpResponse<String> refused =
          new Client(open).post("/api/control/pause", TOKEN, "{\"target\":\"learner\"}");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("admin.token");
    }
  }

  @Test
  void otherAddressesNeedATokenToStart() {
    Listen everywhere =
        new Listen("0.0.0.0", 0, Token.none(), Token.none(), Optional.empty(), List.of());
    assertThatThrownBy(() -> start(everywhere, Limits.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("admin.token");
    assertThatThrownBy(() -> start(everywhere.withToken("short"), Limits.defaults()))
        .hasMessageContaining("16 characters");
  }

  /** All that is not open to anybody, the versioned twin of each under {@code /api} included. */
  private static List<String> pathsOfTheContract() {
    List<String> paths = new ArrayList<>();
    for (String path : client.json("/api/openapi.json").getJsonObject("paths").fieldNames()) {
      if (path.equals("/") || path.equals("/health/live") || path.equals("/health/ready")) {
        continue;
      }
      String address =
          path.replace("{version}", "0")
              .replace("{id}", "a")
              .replace("{index}", "0")
              .replace("{position}", "0-0")
              .replace("{action}", "pause");
      paths.add(address);
      if (address.startsWith("/api/")) {
        paths.add("/api/v1" + address.substring("/api".length()));
      }
    }
    assertThat(paths).hasSizeGreaterThan(25);
    return paths;
  }

  @Test
  void onOtherAddressesReadsNeedTheTokenToo() {
    Listen everywhere =
        new Listen("0.0.0.0", 0, Token.of(TOKEN), Token.none(), Optional.empty(), List.of());
    try (AdminServer exposed = start(everywhere, Limits.defaults())) {
      Client asking = new Client(exposed);
      for (String path : pathsOfTheContract()) {
        HttpRequest.Builder request = asking.request(path);
        if (path.contains("/control/")) {
          request.POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"learner\"}"));
        }
        HttpResponse<String> unnamed = asking.send(request.build());
        assertThat(unnamed.statusCode()).as(path).isEqualTo(401);
        assertThat(unnamed.body()).as(path).contains("Authorization").hasSizeLessThan(100);
        HttpRequest wrong = request.header("authorization", "Bearer " + TOKEN + "x").build();
        assertThat(asking.send(wrong).statusCode()).as(path).isEqualTo(403);
      }
      for (String path : List.of("//status", "/assets/../status", "/health/../status")) {
        assertThat(asking.get(path).statusCode()).as(path).isIn(401, 404);
        assertThat(asking.get(path).body()).as(path).doesNotContain("conditions");
      }
      assertThat(asking.get("/").statusCode()).isEqualTo(200);
      assertThat(asking.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(asking.get("/health/ready").statusCode()).isEqualTo(200);
      assertThat(asking.get("/health/ready").body()).isEqualTo("{\"ready\":true}");
      HttpRequest known =
          asking.request("/status").header("authorization", "Bearer " + TOKEN).build();
      assertThat(asking.send(known).statusCode()).isEqualTo(200);
      HttpRequest command =
          asking.request("/api/commands").header("authorization", "Bearer " + TOKEN).build();
      assertThat(asking.send(command).body()).isEqualTo("{\"commands\":[]}");
    }
  }

  private static int status(Client asking, String path, String token, boolean post) {
    HttpRequest.Builder request = asking.request(path).header("authorization", "Bearer " + token);
    if (post) {
      request.POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"learner\"}"));
    }
    return asking.send(request.build()).statusCode();
  }

  @Test
  void aReadTokenReadsAndATokenFileIsTakenUpWhenItChanges(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("read-token"), "reader-reader-1\n");
    Token reader = new Token(Optional.empty(), Optional.of(file));
    Listen listen = new Listen("0.0.0.0", 0, Token.of(TOKEN), reader, Optional.empty(), List.of());
    assertThatThrownBy(() -> start(listen, Limits.defaults()))
        .hasMessageContaining("admin.read-token-file must have at least 16 characters");
    Files.writeString(file, "reader-reader-0001\n");
    try (AdminServer exposed = start(listen, Limits.defaults())) {
      Client asking = new Client(exposed);
      assertThat(status(asking, "/status", "reader-reader-0001", false)).isEqualTo(200);
      assertThat(status(asking, "/metrics", "reader-reader-0001", false)).isEqualTo(200);
      assertThat(status(asking, "/api/control/pause", "reader-reader-0001", true)).isEqualTo(403);
      assertThat(status(asking, "/status", TOKEN, false)).isEqualTo(200);

      Files.writeString(file, "reader-reader-0002\n");
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (status(asking, "/status", "reader-reader-0002", false) != 200) {
        assertThat(System.nanoTime()).as("the new token is taken up").isLessThan(deadline);
        Thread.sleep(50);
      }
      assertThat(status(asking, "/status", "reader-reader-0001", false)).isEqualTo(403);
    }
  }

  @Test
  void whatAProxyPassesOnNeedsATokenWhereThereIsOne() {
    HttpRequest passedOn = client.request("/status").header("x-forwarded-for", "10.1.2.3").build();
    assertThat(client.send(passedOn).statusCode()).isEqualTo(401);
    assertThat(client.get("/status").statusCode()).isEqualTo(200);
    HttpRequest page = client.request("/").header("x-forwarded-for", "10.1.2.3").build();
    assertThat(client.send(page).statusCode()).isEqualTo(200);
  }

  @Test
  void withACertificateItSpeaksTlsOnly(@TempDir Path folder) throws Exception {
    Listen.Tls files = selfSigned(folder);
    Listen listen =
        new Listen("127.0.0.1", 0, Token.of(TOKEN), Token.none(), Optional.of(files), List.of());
    try (AdminServer secure = start(listen, Limits.defaults())) {
      assertThat(secure.address()).startsWith("https://");
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      try (InputStream in = Files.newInputStream(files.certificate())) {
        trusted.setCertificateEntry(
            "own", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .sslContext(tls)
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(secure.address() + "/health/live")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(raw(secure, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).doesNotContain("200 OK");
    }
  }

  private static Listen.Tls selfSigned(Path folder) throws Exception {
    Path store = folder.resolve("own.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "own",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    byte[] key = keys.getKey("own", "changeit".toCharArray()).getEncoded();
    return new Listen.Tls(
        pem(folder.resolve("own.crt"), "CERTIFICATE", keys.getCertificate("own").getEncoded()),
        pem(folder.resolve("own.key"), "PRIVATE KEY", key));
  }

  private static Path pem(Path file, String type, byte[] content) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  @Test
  void everyAnswerForbidsWhatAPageDoesNotNeed() {
    for (String path : List.of("/", "/assets/app.js", "/status", "/api/versions", "/api/nothing")) {
      HttpResponse<String> response = client.get(path);
      assertThat(response.headers().firstValue("content-security-policy").orElse(""))
          .as(path)
          .contains("default-src 'none'")
          .contains("script-src 'self'")
          .doesNotContain("unsafe");
      assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
    }
  }

  @Test
  void tooMuchIsRefused() throws IOException {
    String long1 = "x".repeat(9_000);
    assertThat(get("/status", ownHost() + "X-Long: " + long1 + "\r\n")).startsWith("HTTP/1.1 4");
    assertThat(get("/" + long1, ownHost())).contains(" 414 ");
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

  @Test
  void malformedRequestsAreRefusedAndNothingLeaks() throws IOException {
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

  @Test
  void theConfigNamesNoSecretWhenPrinted() {
    AdminConfig config = run.config();
    AdminConfig secret =
        AdminConfig.of(
            config.bootstrapServers(), config.topicPrefix(), Listen.loopback(0).withToken(TOKEN));
    assertThat(secret.toString()).doesNotContain(TOKEN);
    assertThat(secret.shown().values()).noneMatch(value -> value.contains(TOKEN));
  }
}
