package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
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
import io.sapo.producer.engine.ServerToken;
import io.sapo.producer.server.FakeServer.Quirk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tiny model in two versions, servers that sample from it, and the engine under test that asks
 * them. Servers and engine are closed after each test.
 */
abstract class EngineHarness {
  static final Sampling SAMPLING = new Sampling(0.8, 1, 0, 12);
  static final int SLOTS = 4;

  @TempDir static Path temp;
  static CheckpointFolder checkpoint;
  static BaseModel base;
  static CheckpointProfile profile;
  static Network network;
  static Weights first;
  static Weights second;
  static Weights firstWhole;
  static Weights secondWhole;

  final List<FakeServer> servers = new ArrayList<>();
  RolloutEngine engine;

  /** Who generates in the tests that hold for all. */
  enum Kind {
    BUILTIN,
    WHOLE_WEIGHTS,
    ADAPTERS,
    COMPLETIONS,
    SGLANG,
    SGLANG_WHOLE,
    SGLANG_SILENT;

    /** Whether every weight is trained. */
    boolean whole() {
      return this == WHOLE_WEIGHTS || this == SGLANG_WHOLE || this == SGLANG_SILENT;
    }
  }

  @BeforeAll
  static void model() throws Exception {
    checkpoint = TinyModel.write(temp.resolve("model"), 1);
    base = BaseModel.adapted(checkpoint, checkpoint.config(), AdapterConfig.of(4, 8), Device.cpu());
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
    first = adapters(base, 1, 0.3);
    second = adapters(base, 2, 0.3);
    firstWhole = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 3, Device.cpu());
    secondWhole = Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 4, Device.cpu());
  }

  /**
   * Adapters that change something: fresh ones, whose B is zero, do not.
   *
   * @param spread standard deviation of B
   */
  static Weights adapters(BaseModel base, long seed, double spread) {
    Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, seed);
    Random random = new Random(seed);
    weights
        .arrays()
        .forEach(
            (name, array) -> {
              if (name.contains("lora_B")) {
                float[] values = new float[(int) array.size()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (spread * random.nextGaussian());
                }
                array.set(values);
              }
            });
    return weights;
  }

  /** The version's weights, as this kind of engine takes them. */
  static Weights weights(Kind kind, int version) {
    if (kind.whole()) {
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

  /** Log-probabilities and entropies are those of the network's own logits. */
  static void agrees(
      Generation generated, GenerationRequest asked, Weights weights, float entropyPrecision) {
    int[] prompt = asked.prompt().promptTokens();
    int length = generated.tokens().length;
    float[] logProbs = new float[length];
    float[] entropies = new float[length];
    int[] whole =
        IntStream.concat(Arrays.stream(prompt), Arrays.stream(generated.tokens())).toArray();
    float[] logits =
        network.logits(
            weights, List.of(new TokenSequence(whole, asked.prompt().pictures(), new int[0])));
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
      logProbs[i] = (float) Math.log(each[generated.tokens()[i]] / sum);
    }
    assertThat(generated.logProbs()).usingComparatorWithPrecision(2e-4f).containsExactly(logProbs);
    assertThat(generated.entropies())
        .usingComparatorWithPrecision(entropyPrecision)
        .containsExactly(entropies);
  }

  RolloutEngine open(Kind kind) throws IOException {
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
      case SGLANG -> engine(sglang(server(0)), SAMPLING);
      case SGLANG_WHOLE -> whole(sglang(server(0)));
      case SGLANG_SILENT -> whole(sglang(server(0, Quirk.SILENT_ABOUT_VERSIONS)));
    };
  }

  FakeServer server(int port, Quirk... quirks) throws IOException {
    FakeServer server = new FakeServer(base, profile.tokenizer(), port, quirks);
    servers.add(server);
    return server;
  }

  static ServerEngine engine(int candidates, URI... addresses) {
    return engine(settings(candidates, Duration.ofSeconds(20), addresses), SAMPLING);
  }

  static ServerEngine engine(EngineSettings settings, Sampling sampling) {
    return engine(settings, base, sampling);
  }

  static EngineSettings sglang(FakeServer server) {
    return settings(EngineSettings.Kind.SGLANG, 400, Duration.ofSeconds(20), server.address());
  }

  static ServerEngine whole(int candidates, URI... addresses) {
    return whole(settings(candidates, Duration.ofSeconds(20), addresses));
  }

  private static ServerEngine whole(EngineSettings settings) {
    return engine(settings, BaseModel.trainedWhole(checkpoint.config(), Device.cpu()), SAMPLING);
  }

  static ServerEngine engine(EngineSettings settings, BaseModel model, Sampling sampling) {
    return new ServerEngine(
        settings,
        checkpoint,
        model,
        profile,
        SLOTS,
        100,
        sampling,
        new Waits(5, 50, Duration.ofMinutes(3)));
  }

  static EngineSettings settings(int candidates, Duration deadline, URI... addresses) {
    return settings(EngineSettings.Kind.VLLM, candidates, deadline, addresses);
  }

  static EngineSettings settings(
      EngineSettings.Kind kind, int candidates, Duration deadline, URI... addresses) {
    return new EngineSettings(
        kind,
        List.of(addresses),
        ServerToken.NONE,
        temp.resolve("served"),
        deadline,
        candidates,
        0.01);
  }

  static TokenSequence prompt(int number) {
    int[] tokens = new int[5 + number % 3];
    Arrays.fill(tokens, 'a' + number % 20);
    return TokenSequence.text(tokens, new int[0]);
  }

  static GenerationRequest request(String id) {
    int number = Integer.parseInt(id);
    return new GenerationRequest(id, prompt(number), SAMPLING, 1000 + number);
  }

  Map<String, Generation> generateAll(int count) {
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

  List<Outcome> outcomes(int count) {
    List<Outcome> all = new ArrayList<>();
    KafkaFixture.await(
        "outcomes",
        () -> {
          all.addAll(engine.advance());
          return all.size() == count;
        });
    return all;
  }

  static Map<String, Generation> byId(List<Outcome> outcomes) {
    Map<String, Generation> byId = new TreeMap<>();
    for (Outcome outcome : outcomes) {
      assertThat(outcome).isInstanceOf(Outcome.Generated.class);
      assertThat(byId.put(outcome.id(), ((Outcome.Generated) outcome).generation())).isNull();
    }
    return byId;
  }

  void awaitSlots() {
    KafkaFixture.await("a server", () -> engine.freeSlots() > 0);
  }

  void awaitObstacle(String sentence) {
    KafkaFixture.await(
        "the reason '" + sentence + "'",
        () -> engine.obstacle().filter(said -> said.contains(sentence)).isPresent());
  }
}
