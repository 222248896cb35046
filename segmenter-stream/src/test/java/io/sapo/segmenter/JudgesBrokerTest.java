package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.judge.JudgeServer;
import io.sapo.segmenter.topology.SampleTrajectories;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Judges outside the stream that are slow, wrong, down and killed; on a real broker. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class JudgesBrokerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static EmbeddedBroker broker;
  private static Map<String, Object> kafka;

  @TempDir Path stateDir;

  @BeforeAll
  static void startBroker(@TempDir Path folder) {
    broker = EmbeddedBroker.start(folder, 0);
    kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void everyTrajectoryIsJudgedOnceThoughTheSegmenterIsKilledTwice() throws Exception {
    Topics topics = created("killed.");
    int judged = 160;
    int plain = 40;
    try (JudgeServer judge = JudgeServer.start(0, JudgesBrokerTest::slowly)) {
      String url = judge.url().toString();
      send(topics, "j", judged, "taste");
      send(topics, "p", plain, "gsm8k");
      for (int kill = 1; kill <= 2; kill++) {
        Process process =
            SegmenterProcess.start(broker.bootstrapServers(), topics.prefix(), stateDir, url);
        int enough = plain + kill * judged / 4;
        read(topics.segments().name(), records -> records.size() >= enough);
        process.destroyForcibly().waitFor();
      }
      try (Segmenter third = segmenter(topics, "killed", url)) {
        third.start();
        List<ConsumerRecord<byte[], byte[]>> records =
            read(topics.segments().name(), all -> all.size() >= judged + plain);
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
    assertThat(count(topics.segments().name())).isEqualTo(judged + plain);
    assertThat(count(topics.deadLetters())).isZero();
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
    Topics topics = created("down.");
    int port;
    try (JudgeServer gone = JudgeServer.start(0, JudgeServer::judge)) {
      port = gone.port();
    }
    try (Segmenter segmenter = segmenter(topics, "down", "http://127.0.0.1:" + port + "/judge")) {
      segmenter.start();
      send(topics, "j", 100, "taste");
      send(topics, "p", 50, "gsm8k");
      SortedMap<String, SegmentedTrajectory> others =
          byId(topics, read(topics.segments().name(), all -> all.size() >= 50));
      assertThat(others.keySet()).allMatch(id -> id.startsWith("p"));
      Await.until("the judge away", PATIENCE, () -> segmenter.judges().get(0).report().away());
      Await.until("all responses held", PATIENCE, () -> segmenter.counters().held() == 100);
      assertThat(segmenter.health().state()).isEqualTo("running");

      try (JudgeServer back = JudgeServer.start(port, JudgeServer::judge)) {
        SortedMap<String, SegmentedTrajectory> all =
            byId(topics, read(topics.segments().name(), records -> records.size() >= 150));
        assertThat(all).hasSize(150);
        assertThat(back.askedIds()).hasSize(100).doesNotHaveDuplicates();
        Await.until("none held", PATIENCE, () -> segmenter.counters().held() == 0);
        assertThat(segmenter.judges().get(0).report().away()).isFalse();
      }
    }
    assertThat(count(topics.deadLetters())).isZero();
  }

  @Test
  void aJudgeThatIsWrongIsAskedAgainAndOneResponseItCannotJudgeIsADeadLetter() throws Exception {
    Topics topics = created("wrong.");
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
        Segmenter segmenter = segmenter(topics, "wrong", judge.url().toString())) {
      segmenter.start();
      send(topics, "j", 64, "gsm8k*0.5+taste*0.5");
      SortedMap<String, SegmentedTrajectory> out =
          byId(topics, read(topics.segments().name(), all -> all.size() >= 63));
      // Its failures count while others are judged in between.
      int others = 0;
      while (count(topics.deadLetters()) == 0) {
        send(topics, "k" + others, 1, "taste");
        others++;
        int sent = others;
        read(topics.segments().name(), all -> all.size() >= 63 + sent);
      }
      segments = 63 + others;
      ConsumerRecord<byte[], byte[]> letter =
          read(topics.deadLetters(), all -> all.size() >= 1).get(0);

      assertThat(out).hasSize(63).doesNotContainKey("j-13");
      assertThat(out.values()).allMatch(one -> one.getOutcomeReward() == 1);
      assertThat(DeadLetters.header(letter.headers(), DeadLetters.REASON)).hasValue("judge-failed");
      assertThat(DeadLetters.header(letter.headers(), DeadLetters.DETAIL).orElseThrow())
          .contains("judge taste has failed on it again and again")
          .contains("answered 500");
      assertThat(topics.trajectories().codec().decode(letter.value()).getTrajectoryId())
          .isEqualTo("j-13");
    }
    assertThat(count(topics.segments().name())).isEqualTo(segments);
    assertThat(count(topics.deadLetters())).isEqualTo(1);
  }

  @Test
  void whatWasHeldForAJudgeThatIsNotConfiguredAnyMoreIsRefused() throws Exception {
    Topics topics = created("dropped.");
    send(topics, "j", 20, "taste");
    try (Segmenter first = segmenter(topics, "dropped", "http://127.0.0.1:1/")) {
      first.start();
      Await.until("the rest held", PATIENCE, () -> first.counters().held() == 20);
    }
    try (Segmenter second = segmenter(topics, "dropped", "")) {
      second.start();
      List<ConsumerRecord<byte[], byte[]>> letters =
          read(topics.deadLetters(), all -> all.size() >= 20);
      assertThat(letters)
          .extracting(letter -> DeadLetters.header(letter.headers(), DeadLetters.REASON).get())
          .containsOnly("unknown-verifier");
      send(topics, "p", 1, "gsm8k");
      read(topics.segments().name(), all -> all.size() >= 1);
    }
  }

  private Segmenter segmenter(Topics topics, String instance, String judge) {
    return new Segmenter(kafka, topics, SegmenterProcess.config(stateDir, judge), instance);
  }

  private static Topics created(String prefix) throws ExecutionException, InterruptedException {
    Topics topics = new Topics(prefix);
    try (Admin admin = Admin.create(kafka)) {
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isEmpty();
    }
    return topics;
  }

  private static void send(Topics topics, String name, int count, String verifier) {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
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

  private static int count(String topic) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic)) {
      TopicPartition partition = new TopicPartition(topic, 0);
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
    }
    return all.size();
  }

  /** Reads from the start until what was read suffices. */
  private static List<ConsumerRecord<byte[], byte[]>> read(
      String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic)) {
      while (!enough.test(records)) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String topic) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(List.of(new TopicPartition(topic, 0)));
    consumer.seekToBeginning(consumer.assignment());
    return consumer;
  }
}
