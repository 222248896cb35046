package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.policy.text.StopTexts;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.StopInsideToken;
import io.sapo.producer.engine.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Stop texts of a real server; to be asked for as {@link RealServerTest}. */
@EnabledIfSystemProperty(named = "sapo.server", matches = "http.*")
class RealStopTextsTest {
  private static final int RESPONSES = Integer.getInteger("sapo.server.responses", 500) / 10;
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 32);

  @TempDir private Path temp;

  /** Texts that end inside a token, of responses generated without them before. */
  @Test
  void aStopTextEndsTheSameResponseWithTheTokenInWhichItEnds() {
    CheckpointFolder checkpoint =
        CheckpointFolder.open(Path.of(System.getProperty("sapo.server.checkpoint")));
    try (BaseModel base =
            BaseModel.adapted(
                checkpoint, checkpoint.config(), AdapterConfig.of(16, 32), Device.cpu());
        CheckpointProfile profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
        Weights weights = EngineHarness.adapters(base, 1, 0.005);
        ServerEngine engine =
            new ServerEngine(
                RealServer.settings("sapo.server", temp.resolve("served")),
                checkpoint,
                base,
                profile,
                RESPONSES,
                128,
                SAMPLING)) {
      engine.use(weights, 1);
      KafkaFixture.await("the server", () -> engine.freeSlots() > 0);
      Map<String, Generation> whole =
          all(
              engine,
              IntStream.range(0, RESPONSES)
                  .mapToObj(number -> request(profile, number, Optional.empty())));
      Map<String, StopInsideToken> stops = new TreeMap<>();
      whole.forEach(
          (id, one) ->
              StopInsideToken.in(one, profile.tokenizer()).ifPresent(stop -> stops.put(id, stop)));
      assertThat(stops).hasSizeGreaterThan(RESPONSES / 2);
      Map<String, Generation> stopped =
          all(
              engine,
              stops.entrySet().stream()
                  .map(
                      stop ->
                          request(
                              profile,
                              Integer.parseInt(stop.getKey()),
                              Optional.of(stop.getValue().texts(profile.tokenizer())))));
      stopped.forEach((id, one) -> check(one, whole.get(id), stops.get(id).tokens()));
      System.out.printf("%d of %d responses ended at a text%n", stopped.size(), RESPONSES);
    }
  }

  private static void check(Generation stopped, Generation whole, int[] tokens) {
    assertThat(stopped.tokens()).containsExactly(tokens);
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(stopped.logProbs())
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(Arrays.copyOf(whole.logProbs(), tokens.length));
  }

  /** Every second one is streamed. */
  private static Map<String, Generation> all(
      ServerEngine engine, Stream<GenerationRequest> requests) {
    requests.forEach(
        asked -> {
          if (Integer.parseInt(asked.id()) % 2 == 0) {
            engine.submit(asked);
          } else {
            engine.submit(asked, tokens -> {});
          }
        });
    List<Outcome> all = new ArrayList<>();
    while (engine.running() > 0) {
      all.addAll(engine.advance());
    }
    return EngineHarness.byId(all);
  }

  private static GenerationRequest request(
      CheckpointProfile profile, int number, Optional<StopTexts> stops) {
    String question = "What is %d + %d?".formatted(11 + number % 37, 7 + number % 53);
    int[] prompt =
        profile
            .tokenizer()
            .encode(profile.chat(List.of(Map.of("role", "user", "content", question))));
    return new GenerationRequest(
        Integer.toString(number),
        TokenSequence.text(prompt, new int[0]),
        SAMPLING,
        77L + number,
        stops);
  }
}
