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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what. */
class AccessControlTest extends GuardedServer {
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

  /** As nginx passes requests on by default: no header of its own, and its upstream's name. */
  @Test
  void aReadTokenIsNeededOnLoopbackToo() {
    String reader = "reader-reader-0001";
    Listen listen = Listen.loopback(0).withReadToken(Token.of(reader));
    try (AdminServer behindAProxy = start(listen, Limits.defaults())) {
      Client asking = new Client(behindAProxy);
      for (String path : pathsOfTheContract()) {
        if (!path.contains("/control/")) {
          assertThat(asking.get(path).statusCode()).as(path).isEqualTo(401);
        }
      }
      assertThat(status(asking, "/status", reader, false)).isEqualTo(200);
      assertThat(status(asking, "/status", reader + "x", false)).isEqualTo(403);
      for (String path : List.of("/", "/health/live", "/health/ready")) {
        assertThat(asking.get(path).statusCode()).as(path).isEqualTo(200);
      }
    }
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
  void theConfigNamesNoSecretWhenPrinted() {
    AdminConfig config = run.config();
    AdminConfig secret =
        AdminConfig.of(
            config.bootstrapServers(), config.topicPrefix(), Listen.loopback(0).withToken(TOKEN));
    assertThat(secret.toString()).doesNotContain(TOKEN);
    assertThat(secret.shown().values()).noneMatch(value -> value.contains(TOKEN));
  }
}
