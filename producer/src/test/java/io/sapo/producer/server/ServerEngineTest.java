package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TinyModel;
import io.sapo.producer.engine.BuiltinEngine;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.server.FakeServer.Quirk;
import io.sapo.producer.server.InferenceServer.Waits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Engines by the same rules, whoever draws; and servers that break them. */
class ServerEngineTest {
  private static final Sampling SAMPLING = new Sampling(0.8, 1, 0, 12);
  private static final int SLOTS = 4;

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;
  private static BaseModel base;
  private static CheckpointProfile profile;
  private static Network network;
  private static Weights first;
  private static Weights second;
  private static Weights firstWhole;
  private static Weights secondWhole;

  private final List<FakeServer> servers = new ArrayList<>();
  private RolloutEngine engine;

  /** Who draws in the tests that hold for all. */
  enum Kind {
    BUILTIN,
    WHOLE_WEIGHTS,
    ADAPTERS,
    COMPLETIONS,
    SGLANG
  }

  @BeforeAll
  static void model() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
    base = BaseModel.adapted(checkpoint, checkpoint.config(), AdapterConfig.of(4, 8), Device.cpu());
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
    first = adapters(1);
    second = adapters(2);
    firstWhole = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 3, Device.cpu());
    secondWhole = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 4, Device.cpu());
  }

  /** Adapters that change something: fresh ones, whose B is zero, do not. */
  private static Weights adapters(long seed) {
    Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, seed);
    Random random = new Random(seed);
    weights
        .arrays()
        .forEach(
            (name, array) -> {
              if (name.contains("lora_B")) {
                float[] values = new float[(int) array.size()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (0.3 * random.nextGaussian());
                }
                array.set(values);
              }
            });
    return weights;
  }

  /** The version's weights, as this kind of engine takes them. */
  private static Weights weights(Kind kind, int version) {
    if (kind == Kind.WHOLE_WEIGHTS) {
      return version == 1 ? firstWhole : secondWhole;
    }
    return version == 1 ? first : second;
  }

  @AfterAll
  static void closeModel() {
    firstWhole.close();
    secondWhole.close();
    network.close();
    first.close();
    second.close();
    profile.close();
    base.close();
  }

  @AfterEach
  void close() {
    engine.close();
    servers.forEach(FakeServer::close);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyRequestComesOutOnceWithTheNumbersOfTheNetwork(Kind kind) throws Exception {
    engine = open(kind);
    engine.use(weights(kind, 1), 3);
    Map<String, Generation> drawn = drawAll(10);
    assertThat(drawn).hasSize(10);
    assertThat(engine.running()).isZero();
    drawn.forEach(
        (id, generation) -> {
          assertThat(generation.versions()).containsOnly(3L);
          assertThat(generation.tokens()).hasSizeBetween(1, SAMPLING.maxNewTokens());
          agrees(generation, request(id), weights(kind, 1), 2e-3f);
        });
  }

  /** Log-probabilities and entropies are those of the network's own logits. */
  private static void agrees(
      Generation drawn, GenerationRequest asked, Weights weights, float entropyPrecision) {
    int[] prompt = asked.prompt().promptTokens();
    int length = drawn.tokens().length;
    float[] logProbs = new float[length];
    float[] entropies = new float[length];
    int[] whole = IntStream.concat(Arrays.stream(prompt), Arrays.stream(drawn.tokens())).toArray();
    float[] logits = network.logits(weights, List.of(TokenSequence.text(whole, new int[0])));
    int vocabulary = base.config().vocabSize();
    for (int i = 0; i < length; i++) {
      double sum = 0;
      double[] each = new double[vocabulary];
      for (int token = 0; token < vocabulary; token++) {
        boolean banned = profile.unspeakableTokens().contains(token);
        float logit = logits[(prompt.length - 1 + i) * vocabulary + token];
        each[token] = banned ? 0 : Math.exp(logit / asked.sampling().temperature());
        sum += each[token];
      }
      for (int token = 0; token < vocabulary; token++) {
        double p = each[token] / sum;
        entropies[i] -= p == 0 ? 0 : (float) (p * Math.log(p));
      }
      logProbs[i] = (float) Math.log(each[drawn.tokens()[i]] / sum);
    }
    assertThat(drawn.logProbs()).usingComparatorWithPrecision(2e-4f).containsExactly(logProbs);
    assertThat(drawn.entropies())
        .usingComparatorWithPrecision(entropyPrecision)
        .containsExactly(entropies);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSeedGivesTheSameResponseWhateverElseIsRunning(Kind kind) throws Exception {
    engine = open(kind);
    engine.use(weights(kind, 1), 1);
    Map<String, Generation> together = drawAll(7);
    awaitSlots();
    engine.submit(request("5"));
    Generation alone = ((Outcome.Drawn) outcomes(1).get(0)).generation();
    assertThat(alone.tokens()).isEqualTo(together.get("5").tokens());
    assertThat(together.get("4").tokens()).isNotEqualTo(together.get("5").tokens());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void newWeightsAreTakenUpAndEveryTokenNamesItsOwn(Kind kind) throws Exception {
    engine = open(kind);
    engine.use(weights(kind, 1), 1);
    awaitSlots();
    engine.submit(request("0"));
    engine.use(weights(kind, 2), 2);
    awaitSlots();
    engine.submit(request("1"));
    Map<String, Generation> drawn = byId(outcomes(2));
    long[] versions = drawn.get("0").versions();
    assertThat(versions).isSorted();
    assertThat(versions[0]).isBetween(1L, 2L);
    Generation after = drawn.get("1");
    assertThat(after.versions()).containsOnly(2L);
    agrees(after, request("1"), weights(kind, 2), 2e-3f);
  }

  @Test
  void wholeWeightsChangeInTheMiddleOfAResponse() throws Exception {
    engine = open(Kind.WHOLE_WEIGHTS);
    assertThat(versionsAcrossAChange(Kind.WHOLE_WEIGHTS)).startsWith(1, 1, 1, 1).endsWith(2);
  }

  @Test
  void withAdaptersAResponseEndsAsItBegan() throws Exception {
    engine = open(Kind.ADAPTERS);
    assertThat(versionsAcrossAChange(Kind.ADAPTERS)).containsOnly(1);
  }

  private long[] versionsAcrossAChange(Kind kind) throws Exception {
    engine.use(weights(kind, 1), 1);
    awaitSlots();
    FakeServer server = servers.get(0);
    server.endless = true;
    server.holdAfter(4);
    engine.submit(new GenerationRequest("long", prompt(0), SAMPLING, 99));
    server.awaitHeld();
    engine.use(weights(kind, 2), 2);
    return ((Outcome.Drawn) outcomes(1).get(0)).generation().versions();
  }

  @Test
  void someCandidatesAreEnoughForEntropiesAndTheRecordSaysSo() throws Exception {
    FakeServer server = server(0);
    engine = engine(20, server.address());
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    Outcome.Drawn drawn = (Outcome.Drawn) outcomes(1).get(0);
    assertThat(drawn.entropyCandidates()).isEqualTo(20);
    agrees(drawn.generation(), request("0"), first, 0.6f);
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(Quirk.RAW_LOG_PROBS, "--logprobs-mode processed_logprobs"),
        Arguments.of(Quirk.IGNORES_ADAPTERS, "as the base model does"),
        Arguments.of(Quirk.OTHER_TEMPERATURE, "it draws at temperature 1.300 where 0.8"),
        Arguments.of(Quirk.OTHER_TOKENIZER, "its tokenizer is another one"),
        Arguments.of(Quirk.NO_LORA, "start vLLM with --enable-lora"),
        Arguments.of(Quirk.SHORT, "--max-model-len 112"));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void aServerThatDoesNotSuitTheRunIsToldApartAndDrawsNothing(Quirk quirk, String sentence)
      throws Exception {
    FakeServer server = server(0, quirk);
    engine = engine(20, server.address());
    engine.use(first, 1);
    awaitObstacle(sentence);
    assertThat(server.drawn).hasValue(0);
    assertThat(engine.freeSlots()).isZero();
  }

  @Test
  void aServerOfAnotherBaseModelIsToldApart() throws Exception {
    CheckpointFolder other = TinyModel.write(temp.resolve("other"), 2);
    try (BaseModel otherBase =
        BaseModel.adapted(other, other.config(), AdapterConfig.of(4, 8), Device.cpu())) {
      FakeServer server = new FakeServer(otherBase, profile.tokenizer(), 0);
      engine = engine(20, server.address());
      engine.use(first, 1);
      awaitObstacle("it serves another base model");
      assertThat(server.drawn).hasValue(0);
      engine.close();
      server.close();
    }
  }

  @Test
  void aServerThatKeepsOldWeightsIsToldApart() throws Exception {
    FakeServer server = server(0, Quirk.IGNORES_SECOND_ADAPTER);
    engine = engine(20, server.address());
    engine.use(first, 1);
    awaitSlots();
    engine.use(second, 2);
    awaitObstacle("it still answers by the weights before version 2");
  }

  @Test
  void whereNothingIsCutOrSharpenedRawLogProbsWillDo() throws Exception {
    FakeServer server = server(0, Quirk.RAW_LOG_PROBS);
    engine =
        engine(settings(20, Duration.ofSeconds(20), server.address()), new Sampling(1, 1, 0, 12));
    engine.use(first, 1);
    awaitSlots();
  }

  static Stream<Arguments> spoilt() {
    return Stream.of(
        spoilt("it has 0 tokens", c -> c.putArray("token_ids")),
        spoilt("the response has no token", ServerEngineTest::emptied),
        spoilt("outside the vocabulary", c -> set(c, "token_ids", 0, 4000)),
        spoilt("has the log-probability of token", c -> set(c, "token_ids", 0, 7, 8)),
        spoilt("log-probability at place 0 is -9999", c -> place(c).put("logprob", -9999.0)),
        spoilt("log-probability at place 0 is NaN", c -> place(c).putNull("logprob")),
        spoilt("log-probability at place 0 is NaN", c -> place(c).put("logprob", "NaN")),
        spoilt("log-probability at place 0 is 0.5", c -> place(c).put("logprob", 0.5)),
        spoilt("among the likeliest", c -> place(c).put("logprob", -3.25)),
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
        spoilt("it has 13 tokens", ServerEngineTest::repeated));
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

  @Test
  void aServerThatTricklesIsLeftForAnother() throws Exception {
    FakeServer slow = server(0);
    FakeServer good = server(0);
    slow.misdeed = ServerEngineTest::trickle;
    engine = engine(settings(20, Duration.ofMillis(700), slow.address(), good.address()), SAMPLING);
    engine.use(first, 1);
    Map<String, Generation> drawn = drawAll(6);
    assertThat(drawn).hasSize(6);
    assertThat(good.drawn.get()).isGreaterThanOrEqualTo(6);
  }

  private static boolean trickle(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      for (int i = 0; i < 200; i++) {
        exchange.getResponseBody().write(' ');
        exchange.getResponseBody().flush();
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  @Test
  void whatAKilledServerHadIsDrawnAgainUnderTheSameIdsAndSeeds() throws Exception {
    FakeServer server = server(0);
    engine = engine(20, server.address());
    engine.use(first, 1);
    Map<String, Generation> undisturbed = drawAll(6);
    for (int kill = 0; kill < 20; kill++) {
      awaitSlots();
      int port = servers.get(servers.size() - 1).port();
      for (int i = 0; i < SLOTS; i++) {
        engine.submit(request(Integer.toString(i)));
      }
      servers.remove(servers.size() - 1).close();
      servers.add(new FakeServer(base, profile.tokenizer(), port));
      Map<String, Generation> again = byId(outcomes(SLOTS));
      assertThat(again).hasSize(SLOTS);
      again.forEach(
          (id, generation) ->
              assertThat(generation.tokens()).isEqualTo(undisturbed.get(id).tokens()));
    }
  }

  @Test
  void onlyTheNewestFoldersStay() throws Exception {
    engine = open(Kind.BUILTIN);
    Probe probe = Probe.of(400, Set.of(262), 20, SAMPLING);
    Path folder = temp.resolve("kept");
    try (WeightExchange exchange =
        new WeightExchange(
            checkpoint, base, folder, new ResponseRules(400, new TreeSet<>(), List.of()), probe)) {
      for (int version = 0; version < 12; version++) {
        exchange.publish(version % 2 == 0 ? first : second, version);
      }
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString().split("-")[1]))
          .containsExactlyInAnyOrder("v8", "v9", "v10", "v11");
    }
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

  private RolloutEngine open(Kind kind) throws IOException {
    return switch (kind) {
      case BUILTIN ->
          new BuiltinEngine(
              Generator.load(
                  base.config(),
                  new GeneratorOptions(
                      SLOTS, 112, 4, profile.unspeakableTokens(), profile.stopTokens()),
                  base.device()));
      case WHOLE_WEIGHTS -> whole(400, server(0).address());
      case ADAPTERS -> engine(400, server(0, Quirk.NO_DEVELOPMENT_ROUTES).address());
      case COMPLETIONS ->
          engine(400, server(0, Quirk.NO_DEVELOPMENT_ROUTES, Quirk.NO_SCALE_OUT).address());
      case SGLANG ->
          engine(
              settings(
                  EngineSettings.Kind.SGLANG, 400, Duration.ofSeconds(20), server(0).address()),
              SAMPLING);
    };
  }

  private FakeServer server(int port, Quirk... quirks) throws IOException {
    FakeServer server = new FakeServer(base, profile.tokenizer(), port, quirks);
    servers.add(server);
    return server;
  }

  private static ServerEngine engine(int candidates, URI... addresses) {
    return engine(settings(candidates, Duration.ofSeconds(20), addresses), SAMPLING);
  }

  private static ServerEngine engine(EngineSettings settings, Sampling sampling) {
    return engine(settings, base, sampling);
  }

  private static ServerEngine whole(int candidates, URI... addresses) {
    return engine(
        settings(candidates, Duration.ofSeconds(20), addresses),
        BaseModel.trainedWhole(checkpoint.config(), Device.cpu()),
        SAMPLING);
  }

  private static ServerEngine engine(EngineSettings settings, BaseModel model, Sampling sampling) {
    return new ServerEngine(
        settings, checkpoint, model, profile, SLOTS, 100, sampling, new Waits(5, 50));
  }

  private static EngineSettings settings(int candidates, Duration deadline, URI... addresses) {
    return settings(EngineSettings.Kind.VLLM, candidates, deadline, addresses);
  }

  private static EngineSettings settings(
      EngineSettings.Kind kind, int candidates, Duration deadline, URI... addresses) {
    return new EngineSettings(
        kind,
        List.of(addresses),
        Optional.empty(),
        temp.resolve("served"),
        deadline,
        candidates,
        0.01);
  }

  private static TokenSequence prompt(int number) {
    int[] tokens = new int[5 + number % 3];
    Arrays.fill(tokens, 'a' + number % 20);
    return TokenSequence.text(tokens, new int[0]);
  }

  private static GenerationRequest request(String id) {
    int number = Integer.parseInt(id);
    return new GenerationRequest(id, prompt(number), SAMPLING, 1000 + number);
  }

  private Map<String, Generation> drawAll(int count) {
    List<Outcome> all = new ArrayList<>();
    int[] submitted = {0};
    KafkaFixture.await(
        "responses",
        () -> {
          while (engine.freeSlots() > 0 && submitted[0] < count) {
            engine.submit(request(Integer.toString(submitted[0]++)));
          }
          all.addAll(engine.advance());
          return all.size() == count;
        });
    return byId(all);
  }

  private List<Outcome> outcomes(int count) {
    List<Outcome> all = new ArrayList<>();
    KafkaFixture.await(
        "outcomes",
        () -> {
          all.addAll(engine.advance());
          return all.size() == count;
        });
    return all;
  }

  private static Map<String, Generation> byId(List<Outcome> outcomes) {
    Map<String, Generation> byId = new TreeMap<>();
    for (Outcome outcome : outcomes) {
      assertThat(outcome).isInstanceOf(Outcome.Drawn.class);
      assertThat(byId.put(outcome.id(), ((Outcome.Drawn) outcome).generation())).isNull();
    }
    return byId;
  }

  private void awaitSlots() {
    KafkaFixture.await("a server", () -> engine.freeSlots() > 0);
  }

  private void awaitObstacle(String sentence) {
    KafkaFixture.await(
        "the reason '" + sentence + "'",
        () -> engine.obstacle().filter(said -> said.contains(sentence)).isPresent());
  }
}
