package io.sapo.system.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sapo.audit.AuditReport;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.RecordedRun;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.judge.JudgeSettings;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The audit of a run whose judge is down, and then back; {@code -Dsapo.judge.absence=600} for one
 * that is away for ten minutes.
 */
class JudgedRunTest {
  private static final Duration ABSENCE = Duration.ofSeconds(Long.getLong("sapo.judge.absence", 5));
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Requests that a judge answers wrongly after it has come back. */
  private static final int UNWELL = 3;

  @TempDir Path folder;
  private RecordedRun run;

  /** It comes back unwell; meanwhile other tasks go on, and another segmenter takes over. */
  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void whileAJudgeIsAwayOtherTasksGoOnAndAfterwardsEachResponseIsJudgedOnce() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
      run = new RecordedRun(kafka, new Topics("run."), folder.resolve("learner"));
      run.createTopics();
      int port = freePort();
      String url = "http://127.0.0.1:" + port;
      Random random = new Random(2);
      long begun = System.nanoTime();
      int sent = 0;
      for (int half = 1; half <= 2; half++) {
        try (Segmenter segmenter = new Segmenter(kafka, run.topics(), config(url), "one")) {
          segmenter.start();
          do {
            send(sent++, random);
            send(sent++, random);
            int others = sent / 2;
            Await.until("other tasks segmented", PATIENCE, () -> segmented().size() == others);
          } while (System.nanoTime() - begun < ABSENCE.toNanos() * half / 2);
          assertThat(settled("wait for judges").findings()).isEmpty();
        }
      }
      HttpServer back = HttpServer.create(new InetSocketAddress(loopback(), port), 0);
      AtomicInteger requests = new AtomicInteger();
      back.createContext("/", exchange -> judgeUnwell(exchange, requests.incrementAndGet()));
      back.start();
      try (Segmenter segmenter = new Segmenter(kafka, run.topics(), config(url), "one")) {
        segmenter.start();
        int all = sent;
        Await.until("all segmented", ABSENCE.plus(PATIENCE), () -> segmented().size() >= all);
        Await.until("none held", PATIENCE, () -> segmenter.counters().held() == 0);
        AuditReport after = settled(all + " records of run.segments");
        assertThat(after.findings()).isEmpty();
        assertThat(String.join("\n", after.waiting())).doesNotContain("judges");
        assertThat(segmented()).doesNotHaveDuplicates().hasSize(all);
        assertThat(requests).as("those it failed at and more").hasValueGreaterThan(UNWELL);
      } finally {
        back.stop(0);
      }
    }
  }

  /** Ids in the order of the topic. */
  private List<String> segmented() {
    List<String> ids = new ArrayList<>();
    try (TopicScan scan = new TopicScan(run.kafka())) {
      scan.read(
          run.topics().segments().name(),
          record ->
              !ids.add(
                  run.topics()
                      .segments()
                      .codec()
                      .decode(record.value())
                      .getTrajectory()
                      .getTrajectoryId()));
    }
    return ids;
  }

  private static void judgeUnwell(HttpExchange exchange, int request) throws IOException {
    if (request > UNWELL) {
      judge(exchange);
    } else if (request % 2 == 0) {
      exchange.sendResponseHeaders(503, -1);
      exchange.close();
    } else {
      byte[] nonsense = "{\"verdicts\": [{\"id\": \"another\", \"reward\": 1}]}".getBytes(UTF_8);
      exchange.sendResponseHeaders(200, nonsense.length);
      exchange.getResponseBody().write(nonsense);
      exchange.close();
    }
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  private SegmenterConfig config(String url) {
    SegmenterConfig usual = SegmenterConfig.defaults(folder.resolve("segmenter"));
    JudgeSettings judge =
        new JudgeSettings(
            "taste",
            URI.create(url),
            JudgeSettings.Token.NONE,
            JudgeSettings.Effort.DEFAULT,
            Optional.empty());
    return new SegmenterConfig(
        usual.strategy(),
        usual.verifiers(),
        List.of(judge),
        usual.groupDeadline(),
        usual.dedupRetention(),
        usual.stateDir(),
        usual.threads(),
        usual.heartbeat());
  }

  /** Every second one is for the judge. */
  private void send(int number, Random random) {
    Trajectory trajectory = RecordedRun.trajectory(number, random);
    trajectory.setVerifier(number % 2 == 0 ? "taste" : trajectory.getVerifier());
    run.append(
        run.topics().trajectories().name(),
        trajectory.getGroupId(),
        run.topics().trajectories().codec().encode(trajectory));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 0, loopback())) {
      return free.getLocalPort();
    }
  }

  private static void judge(HttpExchange exchange) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode answer = json.createObjectNode().put("version", "v1");
    ArrayNode verdicts = answer.putArray("verdicts");
    for (JsonNode request : json.readTree(exchange.getRequestBody()).path("requests")) {
      verdicts.addObject().put("id", request.path("id").asText()).put("reward", 0.5);
    }
    byte[] body = json.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** What the counters say is committed a little later. */
  private AuditReport settled(String waiting) {
    AtomicReference<AuditReport> report = new AtomicReference<>();
    Await.until(
        "an audit that says: " + waiting,
        PATIENCE,
        () -> {
          report.set(audit());
          return report.get().waiting().stream().anyMatch(line -> line.contains(waiting));
        });
    return report.get();
  }

  private AuditReport audit() {
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      return RunAudit.of(admin, log, run.topics()).run(null);
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
