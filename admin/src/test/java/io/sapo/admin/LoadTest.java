package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
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
 * when asked for, {@code -Dtest.jvm.extra=-Dsapo.admin.load.seconds=60}: against a server of its
 * own, or against that of a training run, {@code -Dsapo.admin.load.address=http://127.0.0.1:8080},
 * by turns with and without readers, so that what they cost the training shows.
 */
@EnabledIfSystemProperty(named = "sapo.admin.load.seconds", matches = "\\d+")
class LoadTest {
  private static final int CONNECTIONS = 200;
  private static final int STREAMS = 50;
  private static final int REQUESTS_PER_SECOND = 100;
  private static final int PAIRS = 3;
  // Compiling the code that answers takes time from the training once, not for good.
  private static final int WARM_UP_SECONDS = 10;
  private static final int SECONDS = Integer.getInteger("sapo.admin.load.seconds", 0);
  private static final String ADDRESS = System.getProperty("sapo.admin.load.address");

  @Test
  void manyReadersAreAnsweredSoon() throws Exception {
    assumeTrue(ADDRESS == null, "readers of a training run are asked for");
    try (SyntheticRun run = new SyntheticRun()) {
      for (int n = 0; n < 200; n++) {
        run.version(n, n, n + 1);
      }
      run.heartbeats(199);
      try (AdminServer server = AdminServer.start(run.config())) {
        new Client(server).await("/api/versions", v -> v.getJsonArray("versions").size() == 50);
        load(server.port(), WARM_UP_SECONDS);
        assertThat(load(server.port(), SECONDS)).isLessThan(100);
      }
    }
  }

  @Test
  void readersDoNotSlowATrainingDown() throws Exception {
    assumeTrue(ADDRESS != null, "no address of a training run was given");
    Client client = new Client(ADDRESS);
    int port = URI.create(ADDRESS).getPort();
    load(port, WARM_UP_SECONDS);
    double alone = 0;
    double read = 0;
    double p99 = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
      alone += window(client, "alone", () -> TimeUnit.SECONDS.sleep(SECONDS));
      double[] worst = {p99};
      read +=
          window(client, "with readers", () -> worst[0] = Math.max(worst[0], load(port, SECONDS)));
      p99 = worst[0];
    }
    System.out.printf(
        "trained %.1f trajectories/s alone, %.1f with readers: %+.1f %%%n",
        alone / PAIRS, read / PAIRS, 100 * (read / alone - 1));
    assertThat(p99).isLessThan(100);
    assertThat(read).isGreaterThan(0.95 * alone);
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Trajectories trained a second, from the first commit of the window to the last. */
  private static double window(Client client, String name, Work work) throws Exception {
    long from = System.currentTimeMillis();
    work.run();
    List<JsonObject> commits =
        client.json("/api/versions?limit=500").getJsonArray("versions").stream()
            .map(JsonObject.class::cast)
            .filter(version -> version.getLong("committedAtMs") >= from)
            .toList();
    JsonObject last = commits.get(0);
    JsonObject first = commits.get(commits.size() - 1);
    double trained = last.getLong("trainedTotal") - first.getLong("trainedTotal");
    double perSecond =
        1e3 * trained / (last.getLong("committedAtMs") - first.getLong("committedAtMs"));
    String metrics = client.get("/metrics").body();
    System.out.printf(
        "%-12s %3d updates, %.1f trajectories/s; resident %.0f MB, heap used %.0f MB%n",
        name,
        commits.size() - 1,
        perSecond,
        sum(metrics, "process_resident_memory_bytes") / 1e6,
        sum(metrics, "jvm_memory_used_bytes{area=\"heap\"") / 1e6);
    return perSecond;
  }

  private static double sum(String metrics, String prefix) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(prefix))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** The 99th percentile of the time to a whole status, in milliseconds. */
  private static double load(int port, int seconds) throws Exception {
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
          long due = System.nanoTime();
          if (i < micros.length) {
            threads.execute(() -> micros[i] = askers.get(i % asking).timed(due));
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
    double p99 = micros[micros.length * 99 / 100] / 1e3;
    System.out.printf(
        "%d requests, median %.1f ms, p99 %.1f ms, longest %.1f ms; %d KB streamed%n",
        micros.length,
        micros[micros.length / 2] / 1e3,
        p99,
        micros[micros.length - 1] / 1e3,
        streamed.get() / 1024);
    assertThat(micros[0]).as("every request was answered with 200").isPositive();
    assertThat(streamed.get()).isPositive();
    return p99;
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

    /** Microseconds from when it was due to the status' last byte; 0 when it did not come. */
    synchronized long timed(long due) {
      try {
        ask("/status");
        return readWhole() ? Math.max(1, (System.nanoTime() - due) / 1_000) : 0;
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
