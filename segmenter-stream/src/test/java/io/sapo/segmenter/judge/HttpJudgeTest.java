package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HttpJudgeTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final CountDownLatch over = new CountDownLatch(1);
  private JudgeServer server;

  @BeforeEach
  void start() throws IOException {
    server = JudgeServer.start(0, JudgeServer::judge);
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  private List<Outcome> ask(Duration deadline, String... ids) {
    return new HttpJudge(JudgeCases.service(server.url(), deadline))
        .ask(List.of(ids).stream().map(JudgeCases::request).toList())
        .join();
  }

  private Outcome.Failed failure(Duration deadline) {
    List<Outcome> outcomes = ask(deadline, "a", "b");
    assertThat(outcomes).hasSize(2);
    assertThat(outcomes.get(0)).isEqualTo(outcomes.get(1));
    return (Outcome.Failed) outcomes.get(0);
  }

  private void answers(String body) {
    server.behave((exchange, asked) -> JudgeServer.send(exchange, 200, body));
  }

  private static Judgement judgement(Outcome outcome) {
    return ((Outcome.Judged) outcome).judgement();
  }

  @Test
  void asksWithAllThatAJudgeNeedsAndTakesVerdictsInAnyOrder() {
    server.behave(
        (exchange, asked) ->
            JudgeServer.send(
                exchange,
                200,
                """
                {"version": "v2", "verdicts": [
                  {"id": "b", "reward": 0.75, "segments": [0.5, -0.25], "why": "two\\nlines"},
                  {"id": "c", "error": "empty response"},
                  {"id": "a", "reward": -1, "correct": true}]}
                """));
    List<Outcome> outcomes = ask(LONG, "a", "b", "c");

    assertThat(judgement(outcomes.get(0)).getReward()).isEqualTo(-1);
    assertThat(judgement(outcomes.get(0)).getCorrect()).isTrue();
    assertThat(judgement(outcomes.get(0)).getSegmentRewards().remaining()).isZero();
    Judgement b = judgement(outcomes.get(1));
    assertThat(b.getVersion()).isEqualTo("v2");
    assertThat(b.getCorrect()).isTrue();
    assertThat(PackedArrays.doubles(b.getSegmentRewards())).containsExactly(0.5, -0.25);
    assertThat(b.getWhy()).isEqualTo("two lines");
    assertThat(outcomes.get(2)).isEqualTo(new Outcome.Declined("empty response"));
    ObjectNode asked = (ObjectNode) server.asked().get(0).path("requests").get(0);
    assertThat(asked.toString())
        .isEqualTo(
            "{\"id\":\"a\",\"task\":\"task\",\"prompt\":\"3+4?\",\"response\":\"3+4\\nis 7\","
                + "\"reference\":\"7\",\"segments\":[\"3+4\\n\",\"is 7\"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>proxy</html>",
        "[]",
        "null",
        "{\"verdicts\":[]}",
        "{\"version\":\"\",\"verdicts\":[]}",
        "{\"version\":\"v\"}",
        "{\"version\":\"v\",\"verdicts\":{}}",
        "{\"version\":\"v\",\"verdicts\":[{\"id\":\"a\",\"reward\":NaN},{\"id\":\"b\",\"reward\":1}]}",
        "{\"version\":\"v\",\"verdicts\":[{\"id\":\"a\",\"reward\":1},{\"id\":\"a\",\"reward\":0}]}",
        "{\"version\":\"v\",\"verdicts\":[{\"id\":\"a\",\"reward\":1},{\"id\":\"b\",\"reward\":1},{\"id\":\"x\",\"reward\":1}]}",
        "{\"version\":\"v\",\"verdicts\":[{\"id\":\"a\",\"reward\":1},{\"id\":\"b\",\"reward\":1}]} {}"
      })
  void anAnswerThatIsWrongAsAWholeIsNone(String body) {
    answers(body);
    assertThat(failure(LONG).away()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"reward\": \"1\"",
        "\"reward\": null",
        "\"reward\": 1e7",
        "\"reward\": 1e999",
        "\"correct\": true",
        "\"reward\": 1, \"correct\": \"yes\"",
        "\"reward\": 1, \"segments\": [1]",
        "\"reward\": 1, \"segments\": [1, \"NaN\"]",
        "\"reward\": 1, \"segments\": 1"
      })
  void oneVerdictThatIsWrongDoesNotCostTheOthers(String fields) {
    answers(
        "{\"version\":\"v\",\"verdicts\":[{\"id\":\"a\","
            + fields
            + "},{\"id\":\"b\",\"reward\":1}]}");
    List<Outcome> outcomes = ask(LONG, "a", "b");
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
    assertThat(judgement(outcomes.get(1)).getReward()).isEqualTo(1);
  }

  @Test
  void aVerdictThatIsMissingIsAskedAgainAlone() {
    answers("{\"version\":\"v\",\"verdicts\":[{\"id\":\"b\",\"reward\":1}]}");
    List<Outcome> outcomes = ask(LONG, "a", "b");
    assertThat(outcomes.get(0)).isEqualTo(Outcome.wrong("no verdict for id a"));
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Judged.class);
  }

  @Test
  void aBodyWithoutEndIsCutOff() {
    server.behave(
        (exchange, asked) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            while (over.getCount() > 0) {
              exchange.getResponseBody().write(spaces);
            }
          }
        });
    assertThat(failure(LONG).why()).contains("more than").contains("bytes");
  }

  @Test
  void aBodyThatTricklesEndsWithTheDeadline() {
    server.behave(
        (exchange, asked) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          await();
          exchange.close();
        });
    Outcome.Failed failed = failure(Duration.ofMillis(300));
    assertThat(failed.why()).isEqualTo("no answer within 300 ms");
    assertThat(failed.away()).isFalse();
  }

  @Test
  void silenceEndsWithTheDeadline() {
    server.behave((exchange, asked) -> await());
    assertThat(failure(Duration.ofMillis(300)).why()).isEqualTo("no answer within 300 ms");
  }

  private void await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @CsvSource({"500,false", "400,false", "302,false", "401,true", "404,true", "503,true"})
  void statusesTellAJudgeThatIsAwayFromOneThatFails(int status, boolean away) {
    server.behave((exchange, asked) -> JudgeServer.send(exchange, status, "no\u0007pe"));
    Outcome.Failed failed = failure(LONG);
    assertThat(failed.away()).isEqualTo(away);
    assertThat(failed.why()).isEqualTo("answered " + status + ": no pe");
  }

  @Test
  void overloadSaysWhenToComeBack() {
    server.behave(
        (exchange, asked) -> {
          exchange.getResponseHeaders().set("Retry-After", "7");
          JudgeServer.send(exchange, 429, "");
        });
    assertThat(failure(LONG).notBefore()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void nobodyThereIsAwayAndABrokenConnectionIsNot() {
    server.behave((exchange, asked) -> exchange.close());
    assertThat(failure(LONG).away()).isFalse();
    server.close();
    Outcome.Failed failed = failure(LONG);
    assertThat(failed.away()).isTrue();
    assertThat(failed.why()).startsWith("cannot be reached");
  }

  @Test
  void theTokenIsReadForEveryRequest(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("token");
    StringBuilder seen = new StringBuilder();
    server.behave(
        (exchange, asked) -> {
          seen.append(authorization(exchange)).append(';');
          JudgeServer.judge(exchange, asked);
        });
    JudgeSettings settings =
        new JudgeSettings(
            "mine",
            server.url(),
            new JudgeSettings.Token(Optional.empty(), Optional.of(file)),
            JudgeSettings.Effort.DEFAULT,
            Optional.empty());
    HttpJudge judge = new HttpJudge(settings);
    Outcome missing = judge.ask(List.of(JudgeCases.request("a"))).join().get(0);
    Files.writeString(file, "first\n");
    judge.ask(List.of(JudgeCases.request("a"))).join();
    Files.writeString(file, "second\n");
    judge.ask(List.of(JudgeCases.request("a"))).join();

    assertThat(((Outcome.Failed) missing).away()).isTrue();
    assertThat(seen).hasToString("Bearer first;Bearer second;");
    assertThat(settings.toString()).doesNotContain("second");
  }

  private static String authorization(HttpExchange exchange) {
    return exchange.getRequestHeaders().getFirst("Authorization");
  }

  @Test
  void otherAddressesThanOfHttpAreRefused() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> JudgeCases.service(URI.create("file:///etc/passwd"), LONG)))
        .hasMessageContaining("judges.mine.url")
        .hasMessageContaining("http");
  }
}
