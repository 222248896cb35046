package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.engine.Outcome;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that must not be trained on. */
class UntrustworthyAnswersTest extends EngineHarness {
  static Stream<Arguments> spoilt() {
    return Stream.of(
        spoilt("it has 0 tokens", c -> c.putArray("token_ids")),
        spoilt("the response has no token", UntrustworthyAnswersTest::emptied),
        spoilt("outside the vocabulary", c -> set(c, "token_ids", 0, 4000)),
        spoilt("has the log-probability of token", c -> set(c, "token_ids", 0, 7, 8)),
        spoilt("log-probability at place 0 is -9999", c -> place(c).put("logprob", -9999.0)),
        spoilt("log-probability at place 0 is NaN", c -> place(c).putNull("logprob")),
        spoilt("log-probability at place 0 is NaN", c -> place(c).put("logprob", "NaN")),
        spoilt("log-probability at place 0 is 0.5", c -> place(c).put("logprob", 0.5)),
        spoilt("among the likeliest", c -> place(c).put("logprob", -3.25)),
        spoilt("is not among the likeliest", UntrustworthyAnswersTest::unlisted),
        spoilt("log-probabilities for", c -> content(c).remove(0)),
        spoilt("no list content", c -> c.putNull("logprobs")),
        spoilt("distinct tokens", c -> top(c).add(top(c).get(0))),
        spoilt("have mass", c -> top(c).forEach(t -> ((ObjectNode) t).put("logprob", -0.1))),
        spoilt("no list weight_versions", c -> c.remove("weight_versions")),
        spoilt("do not cover", c -> span(c).put("start", 1)),
        spoilt("do not cover", c -> span(c).put("end", 1000)),
        spoilt("whole number end", c -> span(c).put("end", 1.5)),
        spoilt("not this run's", c -> span(c).put("version", "default")),
        spoilt("broke the response off", c -> c.put("finish_reason", "abort")),
        spoilt("unknown reason", c -> c.put("finish_reason", "tired")),
        spoilt("ends no response", c -> c.put("finish_reason", "stop")),
        spoilt("it has 13 tokens", UntrustworthyAnswersTest::repeated));
  }

  /** The sampled token is likelier than others that are listed. */
  private static void unlisted(ObjectNode choice) {
    ArrayNode listed = top(choice);
    for (int i = listed.size() - 1; i >= 0; i--) {
      if (listed.get(i).path("token_id").asInt() == choice.path("token_ids").get(0).asInt()) {
        listed.remove(i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("spoilt")
  void whatIsWrongWithAnAnswerIsSaidAndNothingOfItIsKept(String reason, Consumer<ObjectNode> spoil)
      throws Exception {
    FakeServer server = server(0);
    server.spoil =
        choice -> {
          spoil.accept(choice);
          return choice;
        };
    server.endless = true;
    engine = whole(400, server.address());
    engine.use(firstWhole, 1);
    awaitSlots();
    engine.submit(new GenerationRequest("x", prompt(0), SAMPLING, 1));
    Outcome outcome = outcomes(1).get(0);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason()).contains(reason);
  }

  static Stream<Arguments> spoiltBySglang() {
    return Stream.of(
        spoilt("no list output_top_logprobs at place 0", UntrustworthyAnswersTest::named),
        spoilt("no list output_top_logprobs at place 0", c -> likeliest(c).setNull(0)),
        spoilt("no list output_top_logprobs", c -> meta(c).put("output_top_logprobs", 1)),
        spoilt("no whole number token", c -> likeliest(c).set(0, likeliest(c).arrayNode().add(1))),
        spoilt("no whole number token in output_token", c -> sampled(c).set(0, c.objectNode())),
        spoilt("no text type", c -> meta(c).put("finish_reason", "stop")));
  }

  /** A list whose places are objects has items, none of which has a number. */
  private static void named(ObjectNode answer) {
    ObjectNode place = answer.objectNode();
    place.set("first", likeliest(answer).get(0).get(0));
    likeliest(answer).set(0, place);
  }

  @ParameterizedTest
  @MethodSource("spoiltBySglang")
  void soItIsOfSglangs(String reason, Consumer<ObjectNode> spoil) throws Exception {
    FakeServer server = server(0);
    server.spoil = answer -> spoilt(answer, spoil);
    engine = engine(sglang(server), SAMPLING);
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    Outcome outcome = outcomes(1).get(0);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason()).contains(reason);
  }

  /** What is wrong with a probe's answer may be mended by whoever runs the server. */
  @Test
  void aServerWhoseProbeCannotBeReadIsTriedAgain() throws Exception {
    FakeServer server = server(0);
    server.spoilsProbes = true;
    server.spoil = answer -> spoilt(answer, UntrustworthyAnswersTest::named);
    engine = engine(sglang(server), SAMPLING);
    engine.use(first, 1);
    awaitObstacle("no list output_top_logprobs at place 0");
    server.spoilsProbes = false;
    server.spoil = answer -> answer;
    awaitSlots();
  }

  private static ObjectNode spoilt(ObjectNode answer, Consumer<ObjectNode> spoil) {
    spoil.accept(answer);
    return answer;
  }

  private static ObjectNode meta(ObjectNode answer) {
    return (ObjectNode) answer.path("meta_info");
  }

  private static ArrayNode likeliest(ObjectNode answer) {
    return (ArrayNode) meta(answer).path("output_top_logprobs");
  }

  private static ArrayNode sampled(ObjectNode answer) {
    return (ArrayNode) meta(answer).path("output_token_logprobs");
  }

  static Stream<Arguments> misdeeds() {
    return Stream.of(
        misdeed("no JSON", "{\"choices\": [{\"token_ids\": [1, NaN"),
        misdeed("no JSON", "[".repeat(5_000)),
        misdeed("the answer is empty", ""),
        misdeed("no list choices", "\"choices\""),
        misdeed("0 responses", "{\"choices\": []}"),
        misdeed("no list token_ids", "{\"choices\": [7]}"));
  }

  private static Arguments misdeed(String reason, String answer) {
    return Arguments.of(reason, answer);
  }

  @ParameterizedTest
  @MethodSource("misdeeds")
  void answersThatCannotBeReadAreRefused(String reason, String answer) throws Exception {
    refusedBecause(
        reason,
        exchange -> {
          FakeServer.answer(exchange, 200, answer);
          return true;
        },
        Duration.ofSeconds(20));
  }

  @Test
  void anEndlessBodyIsCutOff() throws Exception {
    refusedBecause(
        "more than",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          byte[] much = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
          while (true) {
            body.write(much);
          }
        },
        Duration.ofSeconds(20));
  }

  @Test
  void aRequestThatTheServerDoesNotTakeIsGivenUpWithItsWords() throws Exception {
    refusedBecause(
        "it answers 400: too long for me",
        exchange -> {
          FakeServer.answer(exchange, 400, FakeServer.error("too long for me"));
          return true;
        },
        Duration.ofSeconds(20));
  }

  private void refusedBecause(String reason, FakeServer.Misdeed misdeed, Duration deadline)
      throws Exception {
    FakeServer server = server(0);
    server.misdeed = misdeed;
    engine = engine(settings(20, deadline, server.address()), SAMPLING);
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    Outcome outcome = outcomes(1).get(0);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).reason()).contains(reason);
  }

  private static Arguments spoilt(String reason, Consumer<ObjectNode> spoil) {
    return Arguments.of(reason, spoil);
  }

  private static ArrayNode content(ObjectNode choice) {
    return (ArrayNode) choice.path("logprobs").path("content");
  }

  private static ObjectNode place(ObjectNode choice) {
    return (ObjectNode) content(choice).get(0);
  }

  private static ArrayNode top(ObjectNode choice) {
    return (ArrayNode) place(choice).path("top_logprobs");
  }

  private static ObjectNode span(ObjectNode choice) {
    return (ObjectNode) choice.path("weight_versions").get(0);
  }

  private static void set(ObjectNode choice, String field, int index, int... values) {
    ArrayNode list = (ArrayNode) choice.path(field);
    int value = list.get(index).asInt() == values[0] ? values[values.length - 1] : values[0];
    list.set(index, value);
    if (value > 400) {
      place(choice).put("token_id", value);
    }
  }

  private static void emptied(ObjectNode choice) {
    choice.putArray("token_ids");
    content(choice).removeAll();
    choice.putArray("weight_versions");
  }

  /** One token too many, and all that goes with it. */
  private static void repeated(ObjectNode choice) {
    ArrayNode tokens = (ArrayNode) choice.path("token_ids");
    tokens.add(tokens.get(0));
    content(choice).add(content(choice).get(0));
    span(choice).put("end", tokens.size());
  }
}
