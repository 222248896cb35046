package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Readers in number: 200 connections, 50 of them on {@code /events}, 100 requests a second. Run
 * when asked for, {@code -Dtest.jvm.extra=-Dsapo.admin.load.seconds=60}, against the server named
 * by {@code -Dsapo.admin.load.address}, such as that of a training run, or one of its own.
 */
@EnabledIfSystemProperty(named = "sapo.admin.load.seconds", matches = "\\d+")
class LoadTest {
  private static final int CONNECTIONS = 200;
  private static final int STREAMS = 50;
  private static final int REQUESTS_PER_SECOND = 100;

  @Test
  void manyReadersAreAnsweredSoon() throws Exception {
    int seconds = Integer.getInteger("sapo.admin.load.seconds");
    String address = System.getProperty("sapo.admin.load.address");
    if (address != null) {
      load(URI.create(address).getPort(), seconds);
      return;
    }
    try (SyntheticRun run = new SyntheticRun()) {
      for (int n = 0; n < 200; n++) {
        run.version(n, n, n + 1);
      }
      run.heartbeats(199);
      try (AdminServer server = AdminServer.start(run.config())) {
        new Client(server).await("/api/versions", v -> v.getJsonArray("versions").size() == 50);
        load(server.port(), seconds);
      }
    }
  }

  private static void load(int port, int seconds) throws Exception {
    List<Reader> readers = new ArrayList<>();
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(16);
    AtomicLong streamed = new AtomicLong();
    for (int i = 0; i < STREAMS; i++) {
      Reader stream = new Reader(port);
      stream.ask("/events");
      Thread thread = new Thread(() -> stream.drain(streamed));
      thread.setDaemon(true);
      thread.start();
      readers.add(stream);
    }
    int asking = CONNECTIONS - STREAMS;
    long[] micros = new long[seconds * REQUESTS_PER_SECOND];
    AtomicLong next = new AtomicLong();
    List<Reader> askers = new ArrayList<>();
    for (int i = 0; i < asking; i++) {
      askers.add(new Reader(port));
    }
    readers.addAll(askers);
    threads.scheduleAtFixedRate(
        () -> {
          int i = (int) next.getAndIncrement();
          if (i < micros.length) {
            threads.execute(() -> micros[i] = askers.get(i % asking).timed());
          }
        },
        0,
        1_000_000 / REQUESTS_PER_SECOND,
        TimeUnit.MICROSECONDS);
    threads.awaitTermination(seconds + 1, TimeUnit.SECONDS);
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    for (Reader reader : readers) {
      reader.close();
    }
    Arrays.sort(micros);
    System.out.printf(
        "%d requests, median %.1f ms, p99 %.1f ms, longest %.1f ms; %d KB streamed%n",
        micros.length,
        micros[micros.length / 2] / 1e3,
        micros[micros.length * 99 / 100] / 1e3,
        micros[micros.length - 1] / 1e3,
        streamed.get() / 1024);
    assertThat(micros[0]).as("every request was answered with 200").isPositive();
    assertThat(streamed.get()).isPositive();
  }

  /** One kept connection. */
  private static final class Reader {
    private final Socket socket;

    Reader(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
    }

    void ask(String path) throws IOException {
      String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Microseconds from asking for the status to its last byte; 0 when it did not come. */
    synchronized long timed() {
      long start = System.nanoTime();
      try {
        ask("/status");
        return readWhole() ? Math.max(1, (System.nanoTime() - start) / 1_000) : 0;
      } catch (IOException e) {
        return 0;
      }
    }

    private boolean readWhole() throws IOException {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int read = in.read();
        if (read < 0) {
          return false;
        }
        head.append((char) read);
      }
      String length = head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1");
      int expected = Integer.parseInt(length);
      return in.readNBytes(expected).length == expected && head.indexOf("HTTP/1.1 200") == 0;
    }

    void drain(AtomicLong streamed) {
      byte[] buffer = new byte[16_384];
      try {
        InputStream in = socket.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          streamed.addAndGet(read);
        }
      } catch (IOException e) {
        // Closed at the end of the test, or by the server, which the count of bytes shows.
        return;
      }
    }

    void close() throws IOException {
      socket.close();
    }
  }
}
