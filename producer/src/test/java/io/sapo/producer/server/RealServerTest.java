package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenScores;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a real server, which must run on the same checkpoint in float32:
 *
 * <pre>
 * mvn -pl producer -am test -Dtest=RealServerTest -Dsurefire.failIfNoSpecifiedTests=false \
 *   "-Dtest.jvm.extra=-Dsapo.server=http://127.0.0.1:8000 -Dsapo.server.checkpoint=DIR"
 * </pre>
 */
@EnabledIfSystemProperty(named = "sapo.server", matches = "http.*")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealServerTest {
  private static final int RESPONSES = Integer.getInteger("sapo.server.responses", 500);
  private static final int SLOTS = 32;
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 32);

  @TempDir static Path temp;
  private static CheckpointFolder checkpoint;
  private static BaseModel base;
  private static CheckpointProfile profile;
  private static Weights first;
  private static Weights second;

  @BeforeAll
  static void model() {
    checkpoint = CheckpointFolder.open(Path.of(System.getProperty("sapo.server.checkpoint")));
    base =
        BaseModel.adapted(checkpoint, checkpoint.config(), AdapterConfig.of(16, 32), Device.cpu());
    profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
    first = EngineHarness.adapters(base, 1, 0.005);
    second = EngineHarness.adapters(base, 2, 0.005);
  }

  @AfterAll
  static void closeModel() {
    first.close();
    second.close();
    profile.close();
    base.close();
  }

  /** Half of the responses by one version; the other comes while some of them are running. */
  @Test
  @Order(1)
  void logProbsAreThoseOfTheVersionThatIsNamed() {
    List<Generation> generated = new ArrayList<>();
    try (ServerEngine engine = engine()) {
      engine.use(first, 1);
      KafkaFixture.await("the server", () -> engine.freeSlots() > 0);
      int submitted = 0;
      while (generated.size() < RESPONSES) {
        if (submitted == RESPONSES / 2) {
          engine.use(second, 2);
          KafkaFixture.await("the second version", () -> engine.obstacle().isEmpty());
        }
        while (submitted < RESPONSES && engine.freeSlots() > 0) {
          engine.submit(request(submitted++));
          if (submitted == RESPONSES / 2) {
            break;
          }
        }
        engine
            .advance()
            .forEach(outcome -> generated.add(((Outcome.Generated) outcome).generation()));
      }
    }
    compare(generated);
  }

  private static void compare(List<Generation> generated) {
    double gap = 0;
    double most = 0;
    double entropyGap = 0;
    long tokens = 0;
    int spanning = 0;
    try (Network network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device())) {
      for (Generation one : generated) {
        long last = one.versions()[one.versions().length - 1];
        spanning += one.versions()[0] == last ? 0 : 1;
        TokenSequence whole =
            TokenSequence.text(
                request(Integer.parseInt(one.id())).prompt().promptTokens(), one.tokens());
        Map<Long, TokenScores> byVersion = new TreeMap<>();
        for (long version : one.versions()) {
          byVersion.computeIfAbsent(
              version, v -> network.score(v == 1 ? first : second, List.of(whole), 1));
        }
        for (int i = 0; i < one.tokens().length; i++) {
          TokenScores scores = byVersion.get(one.versions()[i]);
          double difference = Math.abs(scores.logProbs()[0][i] - one.logProbs()[i]);
          gap += difference;
          most = Math.max(most, difference);
          entropyGap += Math.abs(scores.entropies()[0][i] - one.entropies()[i]);
          tokens++;
        }
      }
    }
    assertThat(spanning).as("responses of two versions").isZero();
    System.out.printf(
        "%d responses, %d tokens: log-probabilities differ by %.3g nats in the mean, %.3g at most; entropies by %.3g in the mean%n",
        generated.size(), tokens, gap / tokens, most, entropyGap / tokens);
    assertThat(gap / tokens).isLessThan(0.01);
  }

  /** The engine against a loop that only sends the same requests and throws the answers away. */
  @Test
  @Order(2)
  void theServerIsKeptFull() throws Exception {
    int count = RESPONSES / 4;
    try (ServerEngine engine = engine()) {
      engine.use(first, 3);
      KafkaFixture.await("the server", () -> engine.freeSlots() > 0);
      generateAll(engine, 0, SLOTS);
      double bare = bare(count);
      double own = generateAll(engine, 0, count);
      double bareAgain = bare(count);
      double ownAgain = generateAll(engine, 0, count);
      System.out.printf(
          "responses a second: bare %.2f and %.2f, engine %.2f and %.2f: %.3f%n",
          bare, bareAgain, own, ownAgain, (own + ownAgain) / (bare + bareAgain));
    }
  }

  private static double generateAll(ServerEngine engine, int from, int count) {
    long begun = System.nanoTime();
    int submitted = from;
    int ended = 0;
    while (ended < count) {
      while (submitted < from + count && engine.freeSlots() > 0) {
        engine.submit(request(submitted++));
      }
      ended += engine.advance().size();
    }
    return count / ((System.nanoTime() - begun) / 1e9);
  }

  private static String served(String prefix) throws IOException {
    try (Stream<Path> all = Files.list(temp.resolve("served"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  private static double bare(int count) throws Exception {
    URI server = URI.create(System.getProperty("sapo.server"));
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    ResponseRules rules =
        new ResponseRules(
            base.config().vocabSize(),
            new TreeSet<>(profile.stopTokens()),
            profile.unspeakableTokens());
    VllmDialect dialect = new VllmDialect(rules);
    Dialect.Identity identity = new Dialect.Identity("m", 0, false, "/inference/v1/generate");
    Publication weights =
        new Publication(
            3, served("sapo-v3-"), temp, true, null, Optional.empty(), Optional.empty());
    Semaphore free = new Semaphore(SLOTS);
    AtomicInteger answered = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(count);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      GenerationRequest asked = request(i);
      JsonNode body =
          dialect.request(
              identity,
              weights,
              new Dialect.CompletionRequest(
                  asked.prompt().promptTokens(),
                  SAMPLING,
                  asked.seed() & Long.MAX_VALUE,
                  1,
                  20,
                  List.of(),
                  Optional.empty(),
                  false));
      free.acquire();
      http.sendAsync(
              HttpRequest.newBuilder(server.resolve("/inference/v1/generate"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(body.toString()))
                  .build(),
              BodyHandlers.discarding())
          .whenComplete(
              (response, problem) -> {
                answered.addAndGet(problem == null && response.statusCode() == 200 ? 1 : 0);
                free.release();
                left.countDown();
              });
    }
    left.await();
    assertThat(answered).hasValue(count);
    return count / ((System.nanoTime() - begun) / 1e9);
  }

  private static ServerEngine engine() {
    return new ServerEngine(
        RealServer.settings("sapo.server", temp.resolve("served")),
        checkpoint,
        base,
        profile,
        SLOTS,
        128,
        SAMPLING);
  }

  private static GenerationRequest request(int number) {
    String question = "What is %d + %d?".formatted(11 + number % 37, 7 + number % 53);
    int[] prompt =
        profile
            .tokenizer()
            .encode(profile.chat(List.of(Map.of("role", "user", "content", question))));
    return new GenerationRequest(
        Integer.toString(number), TokenSequence.text(prompt, new int[0]), SAMPLING, 77L + number);
  }
}
