package io.sapo.policy.generation;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenScores;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GeneratorReferenceModelTest {
  private static final int STEPS_PER_CALL = 5;

  static List<ReferenceCase> cases() throws IOException, URISyntaxException {
    return ReferenceCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void greedyContinuationsEqualTheReference(ReferenceCase reference) throws IOException {
    try (SafetensorsReader expected = reference.expectedTensors()) {
      List<TokenSequence> prompts = ReferenceCase.prompts(expected);
      long[] continuation = expected.longs("greedy_continuation");
      int length = continuation.length / prompts.size();
      List<Generation> generations =
          generate(reference, prompts, Sampling.greedy(length), visionTokens(reference.model()));
      for (int row = 0; row < prompts.size(); row++) {
        Generation generation = generations.get(row);
        int[] wanted =
            IntStream.range(row * length, (row + 1) * length)
                .map(i -> Math.toIntExact(continuation[i]))
                .limit(generation.tokens().length)
                .toArray();
        assertThat(generation.tokens()).containsExactly(wanted);
        if (generation.tokens().length < length) {
          assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP);
        }
        assertThat(generation.logProbs()).containsOnly(0f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cachedDecodingAgreesWithScoringTheWholeSequence(ReferenceCase reference) {
    double temperature = 0.7;
    try (SafetensorsReader expected = reference.expectedTensors()) {
      List<TokenSequence> prompts = ReferenceCase.prompts(expected);
      List<Generation> generations =
          generate(reference, prompts, Sampling.at(temperature, 40), List.of());
      List<TokenSequence> whole = new ArrayList<>();
      for (int row = 0; row < prompts.size(); row++) {
        TokenSequence prompt = prompts.get(row);
        int[] response = generations.get(row).tokens();
        whole.add(new TokenSequence(prompt.promptTokens(), prompt.pictures(), response));
      }
      ModelConfig config = reference.config();
      try (Weights weights = weights(reference);
          Network network = Network.load(config, Head.LANGUAGE_MODEL, TestDevice.get())) {
        TokenScores scores = network.score(weights, whole, temperature);
        for (int row = 0; row < prompts.size(); row++) {
          Generation generation = generations.get(row);
          assertClose("log-probabilities", generation.logProbs(), scores.logProbs()[row]);
          assertClose("entropies", generation.entropies(), scores.entropies()[row]);
        }
      }
    }
  }

  /** Fewer slots than prompts need, so that slots are filled again. */
  private static List<Generation> generate(
      ReferenceCase reference,
      List<TokenSequence> prompts,
      Sampling sampling,
      List<Integer> forbidden) {
    int longest = prompts.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    GeneratorOptions options =
        new GeneratorOptions(2, longest + sampling.maxNewTokens(), STEPS_PER_CALL, forbidden);
    Generation[] finished = new Generation[prompts.size()];
    try (Weights weights = weights(reference);
        Generator generator = Generator.load(reference.config(), options, TestDevice.get())) {
      int next = 0;
      while (next < prompts.size() || generator.running() > 0) {
        for (; next < prompts.size() && generator.freeSlots() > 0; next++) {
          generator.submit(
              new GenerationRequest("" + next, prompts.get(next), sampling, 17 * next));
        }
        for (Generation generation : generator.advance(weights, 3)) {
          finished[Integer.parseInt(generation.id())] = generation;
        }
      }
    }
    return Arrays.asList(finished);
  }

  private static Weights weights(ReferenceCase reference) {
    try (SafetensorsReader reader = SafetensorsReader.open(reference.model())) {
      return Weights.read(reader, reference.config(), Head.LANGUAGE_MODEL, TestDevice.get());
    }
  }

  /** The reference forbids the tokens that frame pictures. */
  private static List<Integer> visionTokens(Path model) throws IOException {
    JsonNode config = new ObjectMapper().readTree(model.resolve("config.json").toFile());
    List<Integer> tokens = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : config.properties()) {
      if (entry.getKey().matches("(vision|image|video).*_token_id")) {
        tokens.add(entry.getValue().intValue());
      }
    }
    return tokens;
  }
}
