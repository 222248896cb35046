package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.producer.TinyModel;
import io.sapo.producer.server.FakeServer.Quirk;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that do not suit a run are told apart before they generate. */
class UnfitServersTest extends EngineHarness {
  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(Quirk.RAW_LOG_PROBS, "--logprobs-mode processed_logprobs"),
        Arguments.of(Quirk.IGNORES_ADAPTERS, "as the base model does"),
        Arguments.of(Quirk.OTHER_TEMPERATURE, "it samples at temperature 1.300 where 0.8"),
        Arguments.of(Quirk.OTHER_TOKENIZER, "its tokenizer is another one"),
        Arguments.of(Quirk.NO_LORA, "start vLLM with --enable-lora"),
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
}
