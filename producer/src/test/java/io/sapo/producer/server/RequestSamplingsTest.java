package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.server.FakeServer.Quirk;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A gateway's requests have samplings of their own; what is recorded must be what was sampled. */
class RequestSamplingsTest extends EngineHarness {
  private static final Sampling PLAIN = new Sampling(1, 1, 0, 12);

  private static ServerEngine plain(EngineSettings.Kind kind, URI... servers) {
    return engine(settings(kind, 400, Duration.ofSeconds(20), servers), PLAIN);
  }

  private static GenerationRequest asked(String id, double temperature, double topP) {
    return new GenerationRequest(id, prompt(0), new Sampling(temperature, topP, 0, 12), 5);
  }

  @ParameterizedTest
  @CsvSource({
    "VLLM, 0.5, 1, temperature, --logprobs-mode processed_logprobs",
    "VLLM, 1, 0.9, top_p, --logprobs-mode processed_logprobs",
    "SGLANG, 1, 0.9, top_p, before top-p and top-k",
  })
  void aSamplingThatTheServerReportsOtherLogProbsOfIsRefused(
      EngineSettings.Kind kind, double temperature, double topP, String field, String why)
      throws Exception {
    FakeServer server = server(0, Quirk.RAW_LOG_PROBS);
    if (kind == EngineSettings.Kind.SGLANG) {
      server = server(0);
    }
    engine = plain(kind, server.address());
    engine.use(first, 1);
    engine.submit(asked("other", temperature, topP));
    engine.submit(asked("plain", 1, 1));
    List<Outcome> outcomes = outcomes(2);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.id().equals("other"))
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              assertThat(refused.field()).contains(field);
              assertThat(refused.reason()).startsWith("'" + field + "' must be 1").contains(why);
            });
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.id().equals("plain"))
        .hasOnlyElementsOfType(Outcome.Generated.class);
  }

  @Test
  void sglangTakesAnyTemperature() throws Exception {
    engine = plain(EngineSettings.Kind.SGLANG, server(0).address());
    engine.use(first, 1);
    engine.submit(asked("sharp", 0.5, 1));
    agrees(byId(outcomes(1)).get("sharp"), asked("sharp", 0.5, 1), first, 2e-3f);
  }

  @Test
  void aRequestWaitsForAServerThatIsStarting() throws Exception {
    FakeServer raw = server(0, Quirk.RAW_LOG_PROBS);
    FakeServer gone = server(0);
    int port = gone.port();
    engine = plain(EngineSettings.Kind.VLLM, raw.address(), gone.address());
    servers.remove(gone);
    gone.close();
    engine.use(first, 1);
    awaitSlots();
    engine.submit(asked("sharp", 0.5, 1));
    engine.submit(asked("plain", 1, 1));
    assertThat(outcomes(1)).extracting(Outcome::id).containsExactly("plain");
    server(port);
    agrees(byId(outcomes(1)).get("sharp"), asked("sharp", 0.5, 1), first, 2e-3f);
  }

  @Test
  void aRequestGoesToAServerThatReportsWhatItSamplesFrom() throws Exception {
    FakeServer raw = server(0, Quirk.RAW_LOG_PROBS);
    FakeServer processed = server(0);
    engine = plain(EngineSettings.Kind.VLLM, raw.address(), processed.address());
    engine.use(first, 1);
    List<Outcome> plain = new ArrayList<>();
    int[] asked = {0};
    KafkaFixture.await(
        "responses of both",
        () -> {
          while (engine.freeSlots() > 0) {
            engine.submit(asked("plain" + asked[0]++, 1, 1));
          }
          plain.addAll(engine.advance());
          return raw.generated.get() > 0 && processed.generated.get() > 0;
        });
    plain.addAll(outcomes(engine.running()));
    assertThat(byId(plain)).hasSize(asked[0]);
    int before = raw.generated.get();
    for (int i = 0; i < SLOTS; i++) {
      engine.submit(asked("sharp" + i, 0.5, 1));
    }
    byId(outcomes(SLOTS)).forEach((id, sharp) -> agrees(sharp, asked(id, 0.5, 1), first, 2e-3f));
    assertThat(raw.generated).hasValue(before);
  }
}
