package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.Outage;
import io.sapo.producer.engine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Engines by the same rules, whoever generates. */
class ServerEngineTest extends EngineHarness {
  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyRequestComesOutOnceWithTheNumbersOfTheNetwork(Kind kind) throws Exception {
    engine = open(kind);
    engine.use(weights(kind, 1), 3);
    Map<String, Generation> generated = generateAll(10);
    assertThat(generated).hasSize(10);
    assertThat(engine.running()).isZero();
    generated.forEach(
        (id, generation) -> {
          assertThat(generation.versions()).containsOnly(3L);
          assertThat(generation.tokens()).hasSizeBetween(1, SAMPLING.maxNewTokens());
          agrees(generation, request(id), weights(kind, 1), 2e-3f);
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSeedGivesTheSameResponseWhateverElseIsRunning(Kind kind) throws Exception {
    engine = open(kind);
    engine.use(weights(kind, 1), 1);
    Map<String, Generation> together = generateAll(7);
    awaitSlots();
    engine.submit(request("5"));
    Generation alone = ((Outcome.Generated) outcomes(1).get(0)).generation();
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
    Map<String, Generation> generated = byId(outcomes(2));
    long[] versions = generated.get("0").versions();
    assertThat(versions).isSorted();
    assertThat(versions[0]).isBetween(1L, 2L);
    Generation after = generated.get("1");
    assertThat(after.versions()).containsOnly(2L);
    agrees(after, request("1"), weights(kind, 2), 2e-3f);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"WHOLE_WEIGHTS", "SGLANG_WHOLE"})
  void wholeWeightsChangeInTheMiddleOfAResponse(Kind kind) throws Exception {
    engine = open(kind);
    assertThat(versionsAcrossAChange(kind)).startsWith(1, 1, 1, 1).endsWith(2);
  }

  /** It would abort what is running, had it not been told otherwise. */
  @Test
  void sglangChangesWholeWeightsWhileItIsPausedAndKeepsWhatIsRunning() throws Exception {
    engine = open(Kind.SGLANG_WHOLE);
    engine.use(weights(Kind.SGLANG_WHOLE, 1), 1);
    awaitSlots();
    assertThat(servers.get(0).controls)
        .hasSize(4)
        .satisfies(
            told -> {
              assertThat(told.get(0)).isEqualTo("/pause_generation {\"mode\":\"retract\"}");
              assertThat(told.get(1))
                  .startsWith("/update_weight_version ")
                  .contains("\"sapo-changing\"", "\"abort_all_requests\":false");
              assertThat(told.get(2))
                  .startsWith("/update_weights_from_disk ")
                  .contains("\"flush_cache\":true", "\"abort_all_requests\":false");
              assertThat(told.get(3)).isEqualTo("/continue_generation {}");
            });
  }

  @Test
  void sglangThatDoesNotSayWhichWeightsSampledATokenIsNotPaused() throws Exception {
    engine = open(Kind.SGLANG_SILENT);
    engine.use(weights(Kind.SGLANG_SILENT, 1), 1);
    awaitSlots();
    assertThat(servers.get(0).controls)
        .singleElement()
        .asString()
        .startsWith("/update_weights_from_disk");
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
    server.pace().holdAfter(4);
    engine.submit(new GenerationRequest("long", prompt(0), SAMPLING, 99));
    server.pace().awaitHeld();
    engine.use(weights(kind, 2), 2);
    return ((Outcome.Generated) outcomes(1).get(0)).generation().versions();
  }

  @Test
  void someCandidatesAreEnoughForEntropiesAndTheRecordSaysSo() throws Exception {
    FakeServer server = server(0);
    engine = engine(20, server.address());
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    Outcome.Generated generated = (Outcome.Generated) outcomes(1).get(0);
    assertThat(generated.entropyCandidates()).isEqualTo(20);
    agrees(generated.generation(), request("0"), first, 0.6f);
  }

  @Test
  void aVersionIsLoadedThoughTheFolderHasLaterOnesOfARunThatWasRewound() throws Exception {
    for (int version = 7; version <= 10; version++) {
      Files.createDirectories(temp.resolve("served/sapo-v" + version + "-0123456789ab"));
    }
    engine = open(Kind.ADAPTERS);
    for (int version = 1; version <= 6; version++) {
      engine.use(weights(Kind.ADAPTERS, 1 + version % 2), version);
      awaitSlots();
    }
    try (Stream<Path> left = Files.list(temp.resolve("served"))) {
      assertThat(left.map(path -> path.getFileName().toString().substring("sapo-v".length())))
          .extracting(name -> Integer.valueOf(name.substring(0, name.indexOf('-'))))
          .containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9, 10);
    }
  }

  @Test
  void aServerThatTricklesIsLeftForAnother() throws Exception {
    FakeServer slow = server(0);
    FakeServer good = server(0);
    slow.misdeed = ServerEngineTest::trickle;
    engine = engine(settings(20, Duration.ofSeconds(3), slow.address(), good.address()), SAMPLING);
    engine.use(first, 1);
    Map<String, Generation> generated = generateAll(6);
    assertThat(generated).hasSize(6);
    assertThat(good.generated.get()).isGreaterThanOrEqualTo(6);
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
  void whatAKilledServerHadIsGeneratedAgainUnderTheSameIdsAndSeeds() throws Exception {
    FakeServer server = server(0);
    engine = engine(20, server.address());
    engine.use(first, 1);
    Map<String, Generation> undisturbed = generateAll(6);
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

  /** It is paused while they are given: broken off, it would stay so. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"WHOLE_WEIGHTS", "SGLANG_WHOLE"})
  void aServerThatIsGivenWeightsWhenTheEngineEndsGoesOn(Kind kind) throws Exception {
    engine = open(kind);
    FakeServer server = servers.get(0);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    server.beforeReload =
        () -> {
          begun.countDown();
          try {
            ending.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    engine.use(firstWhole, 1);
    begun.await();
    Thread closing = new Thread(engine::close);
    closing.start();
    KafkaFixture.await("the engine's end", () -> closing.getState() == Thread.State.TIMED_WAITING);
    ending.countDown();
    closing.join();
    boolean vllm = kind == Kind.WHOLE_WEIGHTS;
    assertThat(server.controls).last().asString().startsWith(vllm ? "/resume" : "/continue_gen");
    assertThat(server.controls)
        .filteredOn(said -> said.startsWith("/update_weight_version"))
        .hasSize(vllm ? 2 : 1);
    engine = engine(20, server.address());
  }

  /** By which a version is recognized. */
  @Test
  void nextLogitsAreThoseOfTheLastPlace() throws Exception {
    engine = open(Kind.BUILTIN);
    TokenSequence prompt = prompt(2);
    float[] all = network.logits(first, List.of(prompt));
    assertThat(network.nextLogits(first, prompt))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(Arrays.copyOfRange(all, all.length - 400, all.length));
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
        exchange.publish(version % 2 == 0 ? first : second, version, name -> false);
      }
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString().split("-")[1]))
          .containsExactlyInAnyOrder("v8", "v9", "v10", "v11");
    }
  }

  @Test
  void whatWaitsForWhatIsSaidUntilAServerHasShownThatItCanBeUsed() throws Exception {
    FakeServer server = server(0);
    int port = server.port();
    servers.remove(servers.size() - 1).close();
    engine = engine(20, server.address());
    assertThat(outage()).as("it waits for weights").isEmpty();
    engine.use(first, 1);
    KafkaFixture.await("a few tries", () -> outage().contains(", 3 faults in a row"));
    assertThat(outage())
        .startsWith("0 requests wait for " + server.address() + ": ")
        .contains("nothing listens there", "(out of use for ");

    FakeServer again = new FakeServer(base, profile.tokenizer(), port);
    servers.add(again);
    again.pace().holdAfter(1);
    KafkaFixture.await("the probe", () -> outage().contains("it is to show that it samples from"));
    engine.submit(request("0"));
    assertThat(outage()).startsWith("1 requests wait for ").contains("version 1");

    servers.remove(servers.size() - 1).close();
    servers.add(new FakeServer(base, profile.tokenizer(), port));
    KafkaFixture.await("a server", () -> engine.outage().isEmpty());
    assertThat(outcomes(1)).hasSize(1);
  }

  private String outage() {
    return engine.outage().map(Outage::reason).orElse("");
  }
}
