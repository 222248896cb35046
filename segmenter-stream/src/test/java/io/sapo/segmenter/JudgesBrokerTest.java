package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.judge.JudgeServer;
import io.sapo.segmenter.topology.SampleTrajectories;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Judges outside the stream that are slow, wrong, down and killed; on a real broker. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class JudgesBrokerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static SegmenterFixture fixture;

  @TempDir Path stateDir;

  @BeforeAll
  static void startBroker(@TempDir Path folder) {
    fixture = new SegmenterFixture(folder);
  }

  @AfterAll
  static void stopBroker() {
    fixture.close();
  }

  @Test
  void everyTrajectoryIsJudgedOnceThoughTheSegmenterIsKilledTwice() throws Exception {
    Topics topics = fixture.created("killed.");
    int judged = 160;
    int plain = 40;
    try (JudgeServer judge = JudgeServer.start(0, JudgesBrokerTest::slowly)) {
      String url = judge.url().toString();
      send(topics, "j", judged, "taste");
      send(topics, "p", plain, "gsm8k");
      for (int kill = 1; kill <= 2; kill++) {
        Process process = fixture.process(topics, stateDir, url);
        int enough = plain + kill * judged / 4;
        fixture.read(topics.segments().name(), records -> records.size() >= enough);
        process.destroyForcibly().waitFor();
      }
      try (Segmenter third = fixture.segmenter(topics, stateDir, "killed", url)) {
        third.start();
        List<ConsumerRecord<byte[], byte[]>> records =
            fixture.read(topics.segments().name(), all -> all.size() >= judged + plain);
        SortedMap<String, SegmentedTrajectory> out = byId(topics, records);
        assertThat(out).hasSize(judged + plain);
        out.forEach(
            (id, one) ->
                assertThat(one.getJudgements()).as(id).hasSize(id.startsWith("j") ? 1 : 0));
        assertThat(new HashSet<>(judge.askedIds())).hasSize(judged);
        // At each kill, no more than what a worker may have open.
        assertThat(judge.askedIds().size()).isLessThanOrEqualTo(judged + 2 * 128);
      }
    }
    assertThat(fixture.count(topics.segments().name())).isEqualTo(judged + plain);
    assertThat(fixture.count(topics.deadLetters())).isZero();
  }

  private static void slowly(HttpExchange exchange, JsonNode asked) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    JudgeServer.judge(exchange, asked);
  }

  @Test
  void othersGoOnWhileAJudgeIsDownAndNothingIsLostWhenItIsBack() throws Exception {
    Topics topics = fixture.created("down.");
    int port;
    try (JudgeServer gone = JudgeServer.start(0, JudgeServer::judge)) {
      port = gone.port();
    }
    try (Segmenter segmenter =
        fixture.segmenter(topics, stateDir, "down", "http://127.0.0.1:" + port + "/judge")) {
      segmenter.start();
      send(topics, "j", 100, "taste");
      send(topics, "p", 50, "gsm8k");
      SortedMap<String, SegmentedTrajectory> others =
          byId(topics, fixture.read(topics.segments().name(), all -> all.size() >= 50));
      assertThat(others.keySet()).allMatch(id -> id.startsWith("p"));
      Await.until("the judge away", PATIENCE, () -> segmenter.judges().get(0).report().away());
      Await.until("all responses held", PATIENCE, () -> segmenter.counters().held() == 100);
      assertThat(segmenter.health().state()).isEqualTo("running");

      try (JudgeServer back = JudgeServer.start(port, JudgeServer::judge)) {
        SortedMap<String, SegmentedTrajectory> all =
            byId(topics, fixture.read(topics.segments().name(), records -> records.size() >= 150));
        assertThat(all).hasSize(150);
        assertThat(back.askedIds()).hasSize(100).doesNotHaveDuplicates();
        Await.until("none held", PATIENCE, () -> segmenter.counters().held() == 0);
        assertThat(segmenter.judges().get(0).report().away()).isFalse();
      }
    }
    assertThat(fixture.count(topics.deadLetters())).isZero();
  }

  @Test
  void aJudgeThatIsWrongIsAskedAgainAndOneResponseItCannotJudgeIsADeadLetter() throws Exception {
    Topics topics = fixture.created("wrong.");
    AtomicInteger calls = new AtomicInteger();
    int segments;
    try (JudgeServer judge =
            JudgeServer.start(
                0,
                (exchange, asked) -> {
                  boolean poisoned = asked.toString().contains("\"j-13\"");
                  switch (poisoned ? 1 : calls.getAndIncrement()) {
                    case 0 -> JudgeServer.send(exchange, 200, "<html>");
                    case 1 -> JudgeServer.send(exchange, 500, "");
                    case 2 ->
                        JudgeServer.send(exchange, 200, "{\"version\":\"v\",\"verdicts\":[]}");
                    case 3 -> exchange.close();
                    case 4 -> JudgeServer.send(exchange, 200, " ".repeat(1 << 22));
                    default -> JudgeServer.judge(exchange, asked);
                  }
                });
        Segmenter segmenter =
            fixture.segmenter(topics, stateDir, "wrong", judge.url().toString())) {
      segmenter.start();
      send(topics, "j", 64, "gsm8k*0.5+taste*0.5");
      SortedMap<String, SegmentedTrajectory> out =
          byId(topics, fixture.read(topics.segments().name(), all -> all.size() >= 63));
      // Its failures count while others are judged in between.
      int others = 0;
      while (fixture.count(topics.deadLetters()) == 0) {
        send(topics, "k" + others, 1, "taste");
        others++;
        int sent = others;
        fixture.read(topics.segments().name(), all -> all.size() >= 63 + sent);
      }
      segments = 63 + others;
      ConsumerRecord<byte[], byte[]> letter =
          fixture.read(topics.deadLetters(), all -> all.size() >= 1).get(0);

      assertThat(out).hasSize(63).doesNotContainKey("j-13");
      assertThat(out.values()).allMatch(one -> one.getOutcomeReward() == 1);
      assertThat(DeadLetters.header(letter.headers(), DeadLetters.REASON)).hasValue("judge-failed");
      assertThat(DeadLetters.header(letter.headers(), DeadLetters.DETAIL).orElseThrow())
          .contains("judge taste has failed on it again and again")
          .contains("answered 500");
      assertThat(topics.trajectories().codec().decode(letter.value()).getTrajectoryId())
          .isEqualTo("j-13");
    }
    assertThat(fixture.count(topics.segments().name())).isEqualTo(segments);
    assertThat(fixture.count(topics.deadLetters())).isEqualTo(1);
  }

  @Test
  void whatWasHeldForAJudgeThatIsNotConfiguredAnyMoreIsRefused() throws Exception {
    Topics topics = fixture.created("dropped.");
    send(topics, "j", 20, "taste");
    try (Segmenter first = fixture.segmenter(topics, stateDir, "dropped", "http://127.0.0.1:1/")) {
      first.start();
      Await.until("the rest held", PATIENCE, () -> first.counters().held() == 20);
    }
    try (Segmenter second = fixture.segmenter(topics, stateDir, "dropped", "")) {
      second.start();
      List<ConsumerRecord<byte[], byte[]>> letters =
          fixture.read(topics.deadLetters(), all -> all.size() >= 20);
      assertThat(letters)
          .extracting(letter -> DeadLetters.header(letter.headers(), DeadLetters.REASON).get())
          .containsOnly("unknown-verifier");
      send(topics, "p", 1, "gsm8k");
      fixture.read(topics.segments().name(), all -> all.size() >= 1);
    }
  }

  private static void send(Topics topics, String name, int count, String verifier) {
    try (Producer<byte[], byte[]> producer = fixture.producer()) {
      for (int i = 0; i < count; i++) {
        Trajectory trajectory =
            SampleTrajectories.right(name + "-" + i).setVerifier(verifier).build();
        producer.send(topics.trajectories().record(trajectory.getGroupId(), trajectory));
      }
    }
  }

  private static SortedMap<String, SegmentedTrajectory> byId(
      Topics topics, List<ConsumerRecord<byte[], byte[]>> records) {
    SortedMap<String, SegmentedTrajectory> out = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      SegmentedTrajectory one = topics.segments().codec().decode(record.value());
      assertThat(out.put(one.getTrajectory().getTrajectoryId(), one)).isNull();
    }
    return out;
  }
}
