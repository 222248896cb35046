package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sapo.producer.engine.ServerToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that hangs up as uvicorn does: when a request is already on its way. */
class ServerClientTest {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  private ServerSocket listening;
  private volatile int answersPerConnection;
  private volatile int connections;
  private volatile boolean endsWithTheNext;
  private ServerClient client;

  @BeforeEach
  void listen() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "hangs-up");
    thread.setDaemon(true);
    thread.start();
    client =
        new ServerClient(
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
            URI.create("http://127.0.0.1:" + listening.getLocalPort()),
            ServerToken.NONE);
  }

  @AfterEach
  void close() throws IOException {
    listening.close();
  }

  private void serve() {
    while (!listening.isClosed()) {
      try (Socket socket = listening.accept()) {
        connections++;
        if (endsWithTheNext) {
          listening.close();
        }
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (int i = 0; i < answersPerConnection && headRead(in); i++) {
          socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
          socket.getOutputStream().flush();
        }
        boolean unused = headRead(in);
      } catch (IOException e) {
        // Closed by the test, or by the client.
      }
    }
  }

  /** Says the same to whatever comes. */
  private static void answerAnything(ServerSocket plain) {
    while (!plain.isClosed()) {
      try (Socket socket = plain.accept()) {
        int unused = socket.getInputStream().read();
        socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.UTF_8));
        long unusedToo = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // Closed by the test, or by the client.
      }
    }
  }

  private static boolean headRead(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    return line != null;
  }

  private ServerClient.Reply ask() {
    return client.call("/health", null, 1_000, Duration.ofSeconds(20));
  }

  private ServerClient.Reply post() {
    return client.call(
        "/generate", ServerClient.JSON.createObjectNode(), 1_000, Duration.ofSeconds(20));
  }

  @Test
  void aRequestThatMeetsAClosingConnectionIsSentAgain() {
    answersPerConnection = 1;
    assertThat(ask().ok()).isTrue();
    assertThat(post().ok()).isTrue();
    assertThat(connections).isEqualTo(2);
  }

  @Test
  void aServerThatAlwaysHangsUpIsAskedTwice() {
    answersPerConnection = 0;
    assertThatThrownBy(this::post)
        .isInstanceOf(LostConnectionException.class)
        .hasMessageContaining("without an answer; is its address one of https?");
    assertThat(connections).isEqualTo(2);
  }

  /** Else one that ends every server it comes to would be sent to them for ever. */
  @Test
  void aRequestWhoseServerIsLostCountsAndOneThatFindsNoneDoesNot() throws Exception {
    answersPerConnection = 0;
    assertThat(read(catchThrowable(this::post))).isInstanceOf(AnswerReader.Reading.Failed.class);
    endsWithTheNext = true;
    assertThat(read(catchThrowable(this::post))).isInstanceOf(AnswerReader.Reading.Failed.class);
    assertThat(read(catchThrowable(this::post))).isInstanceOf(AnswerReader.Reading.Away.class);
  }

  private static AnswerReader.Reading read(Throwable problem) {
    return new AnswerReader(null, name -> Optional.empty()).read(null, null, null, null, problem);
  }

  /** Whoever speaks HTTP once speaks no TLS later. */
  @Test
  void ofAServerThatHasAnsweredBeforeItIsAskedWhetherItHasEnded() {
    answersPerConnection = 1;
    client.call("/health", null, 100, Duration.ofSeconds(20));
    answersPerConnection = 0;
    assertThatThrownBy(() -> client.call("/health", null, 100, Duration.ofSeconds(20)))
        .isInstanceOf(ServerException.class)
        .hasMessageEndingWith("without an answer; has it ended?");
  }

  @Test
  void aServerWithoutTlsIsToldApart() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> answerAnything(plain), "no-tls");
      thread.setDaemon(true);
      thread.start();
      client =
          new ServerClient(
              HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
              URI.create("https://127.0.0.1:" + plain.getLocalPort()),
              ServerToken.NONE);
      assertThatThrownBy(this::ask)
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("it speaks no TLS; is its address one of http?");
    }
  }

  /** It may be there again for the next request: no more than this one fails, and says why. */
  @Test
  void aTokenThatCannotBeReadFailsTheRequest() {
    client =
        new ServerClient(
            HttpClient.newHttpClient(),
            URI.create("http://127.0.0.1:" + listening.getLocalPort()),
            new ServerToken(Optional.empty(), Optional.of(Path.of("/nowhere/token"))));
    assertThatThrownBy(this::ask)
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("producer.server-token-file cannot be read")
        .hasMessageContaining("/nowhere/token");
  }

  /** Callers hold locks: a slow file system would keep all of an engine from going on. */
  @Test
  void theFileOfATokenIsNotReadByTheCaller() {
    Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    client =
        new ServerClient(
            HttpClient.newBuilder().executor(later::add).build(),
            URI.create("http://127.0.0.1:" + listening.getLocalPort()),
            new ServerToken(Optional.empty(), Optional.of(Path.of("/nowhere/token"))));
    var reply = client.send("/x", null, 100, Duration.ofSeconds(20));
    assertThat(reply).isNotDone();
    later.forEach(Runnable::run);
    assertThat(reply).isCompletedExceptionally();
  }
}
