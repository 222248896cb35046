package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.sun.net.httpserver.HttpServer;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.producer.TinyModel;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.server.FakeServer.Quirk;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that do not suit a run are told apart before they generate. */
class UnfitServersTest extends EngineHarness {
  /** Changes less than a temperature of 0.7 does. */
  private static final double SLIGHT = 0.02;

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(Quirk.RAW_LOG_PROBS, "--logprobs-mode processed_logprobs"),
        Arguments.of(Quirk.IGNORES_ADAPTERS, "as the base model does"),
        Arguments.of(Quirk.OTHER_TEMPERATURE, "it samples at temperature 1.300 where 0.8"),
        Arguments.of(Quirk.OTHER_TOP_P, "by a top-p or top-k other than 1.0 and 0"),
        Arguments.of(Quirk.OTHER_TOKENIZER, "its tokenizer is another one"),
        Arguments.of(Quirk.NO_LORA, "start vLLM with --enable-lora"),
        Arguments.of(Quirk.NO_LORA_BUT_ITS_ROUTES, "it loads no adapters: start vLLM with"),
        Arguments.of(Quirk.SHORT, "--max-model-len 112"));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void aServerThatDoesNotSuitTheRunIsToldApartAndGeneratesNothing(Quirk quirk, String sentence)
      throws Exception {
    FakeServer server = server(0, quirk);
    engine = engine(20, server.address());
    engine.use(first, 1);
    awaitObstacle(sentence);
    assertThat(server.generated).hasValue(0);
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
      assertThat(server.generated).hasValue(0);
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

  static Stream<Arguments> wideTolerance() {
    return Stream.of(
        Arguments.of(new Sampling(1, 1, 0, 12), Set.of(Quirk.IGNORES_ADAPTERS)),
        Arguments.of(
            new Sampling(1, 1, 0, 12), Set.of(Quirk.IGNORES_ADAPTERS, Quirk.RAW_LOG_PROBS)),
        Arguments.of(SAMPLING, Set.of(Quirk.IGNORES_ADAPTERS)));
  }

  /** A producer that starts late knows no version before. */
  @ParameterizedTest
  @MethodSource("wideTolerance")
  void adaptersWithoutEffectAreSeenAtAnyTolerance(Sampling sampling, Set<Quirk> quirks)
      throws Exception {
    FakeServer server = server(0, quirks.toArray(Quirk[]::new));
    engine = engine(tolerant(server), sampling);
    try (Weights slight = adapters(base, 1, SLIGHT)) {
      engine.use(slight, 5);
      awaitObstacle("the adapter of version 5 had no effect");
    }
  }

  @Test
  void oldWeightsAreSeenAtAnyToleranceInRawLogProbsAsWell() throws Exception {
    FakeServer server = server(0, Quirk.RAW_LOG_PROBS, Quirk.IGNORES_SECOND_ADAPTER);
    engine = engine(tolerant(server), new Sampling(1, 1, 0, 12));
    try (Weights slight = adapters(base, 1, SLIGHT);
        Weights next = adapters(base, 2, SLIGHT)) {
      engine.use(slight, 1);
      awaitSlots();
      engine.use(next, 2);
      awaitObstacle("it still answers by the weights before version 2");
    }
  }

  /** Fresh adapters have no effect anywhere. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-5})
  void adaptersThatChangeNextToNothingAreTaken(double spread) throws Exception {
    engine = engine(tolerant(server(0)), SAMPLING);
    try (Weights fresh = adapters(base, 7, spread)) {
      engine.use(fresh, 0);
      awaitSlots();
    }
  }

  private static EngineSettings tolerant(FakeServer server) {
    EngineSettings usual = settings(20, Duration.ofSeconds(20), server.address());
    return new EngineSettings(
        usual.kind(),
        usual.servers(),
        usual.token(),
        usual.folder(),
        usual.deadline(),
        usual.entropyCandidates(),
        50);
  }

  /** Such as a proxy that wants a sign-in, in whatever words. */
  @ParameterizedTest
  @CsvSource({
    "200, <!DOCTYPE html><title>Sign in</title>",
    "200, ''",
    "200, []",
    "200, {\"data\": []}",
    "302, ''",
  })
  void whatIsNoInferenceServerIsToldApart(int status, String page) throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    other.createContext(
        "/",
        exchange -> {
          try (exchange) {
            FakeServer.answer(exchange, status, page);
          }
        });
    other.start();
    try {
      engine = engine(20, URI.create("http://127.0.0.1:" + other.getAddress().getPort()));
      engine.use(first, 1);
      awaitObstacle(
          "it lists no model at /v1/models (it answers %d: %s); is it an inference server"
              .formatted(status, page.isEmpty() ? "nothing" : page));
    } finally {
      other.stop(0);
    }
  }
}
