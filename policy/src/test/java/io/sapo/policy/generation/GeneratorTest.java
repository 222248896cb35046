package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withPrecision;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  private static final Path MODEL = Path.of("src/test/resources/reference/models/tiny-qwen2");
  private static final Offset<Float> ROUNDING = Offset.offset(1e-4f);

  @TempDir static Path folder;
  private static SurerModel model;
  private static ModelConfig config;
  private static Weights weights;

  @BeforeAll
  static void load() throws IOException {
    model = SurerModel.load(folder);
    config = model.config();
    weights = model.weights();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void aResponseDoesNotDependOnItsNeighbours() {
    List<GenerationRequest> requests = mixedRequests();
    Map<String, Generation> together = model.run(requests, 16, 4);
    Map<String, Generation> refilled = model.run(requests, 3, 4);
    Map<String, Generation> oneByOne = model.run(requests, 1, 7);
    assertThat(together).hasSize(requests.size());
    for (GenerationRequest request : requests) {
      Generation alone = oneByOne.get(request.id());
      assertThat(alone.tokens()).hasSize(request.sampling().maxNewTokens());
      for (Generation other : List.of(together.get(request.id()), refilled.get(request.id()))) {
        assertThat(other.tokens()).as(request.id()).isEqualTo(alone.tokens());
        assertThat(other.logProbs()).containsExactly(alone.logProbs(), ROUNDING);
        assertThat(other.entropies()).containsExactly(alone.entropies(), ROUNDING);
      }
    }
  }

  /** Different lengths and settings; some prompts occur twice, with one seed or two. */
  private static List<GenerationRequest> mixedRequests() {
    Random random = new Random(5);
    List<Sampling> settings =
        List.of(
            new Sampling(1, 1, 0, 9),
            new Sampling(0.6, 0.95, 0, 30),
            Sampling.greedy(12),
            new Sampling(1.3, 1, 5, 1),
            new Sampling(0.9, 0.8, 40, 21));
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      TokenSequence prompt =
          i % 4 == 3
              ? requests.get(i - 1).prompt()
              : TokenSequence.text(SurerModel.prompt(random, 1 + random.nextInt(40)), new int[0]);
      requests.add(new GenerationRequest("r" + i, prompt, settings.get(i % 5), 1000 + i / 2));
    }
    return requests;
  }

  @Test
  void newWeightsAreTakenUpBetweenStepsAndTokensSayWhichDrewThem() {
    GenerationRequest request =
        new GenerationRequest(
            "r",
            TokenSequence.text(SurerModel.prompt(new Random(2), 9), new int[0]),
            Sampling.at(1, 11),
            77);
    Generation before = model.run(List.of(request), 1, 4).get("r");
    try (Weights newer = SurerModel.scaled(weights, "model.norm.weight", 0.1f);
        Generator generator =
            Generator.load(
                config, GeneratorOptions.of(1, SurerModel.CAPACITY, 4), TestDevice.get())) {
      generator.submit(request);
      assertThat(generator.advance(weights, 6)).isEmpty();
      assertThat(generator.advance(newer, 7)).isEmpty();
      Generation generation = generator.advance(newer, 9).get(0);
      assertThat(generation.versions()).containsExactly(6, 6, 6, 6, 7, 7, 7, 7, 9, 9, 9);
      assertThat(Arrays.copyOf(generation.tokens(), 4))
          .isEqualTo(Arrays.copyOf(before.tokens(), 4));
      assertThat(generation.entropies()[4]).isGreaterThan(before.entropies()[4] + 0.1f);
      assertThat(generator.running()).isZero();
    }
  }

  /**
   * Three responses of unequal length, drawn over a cache that grows twice and one that need not.
   */
  @Test
  void aCacheThatGrowsGivesTheSameTokens() {
    List<Generation> grown = longResponses(4);
    List<Generation> whole = longResponses(400);
    assertThat(grown).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(grown.get(i).tokens()).isEqualTo(whole.get(i).tokens());
      assertThat(grown.get(i).logProbs())
          .containsExactly(whole.get(i).logProbs(), withPrecision(1e-4f));
    }
  }

  private static List<Generation> longResponses(int stepsPerCall) {
    GeneratorOptions options = GeneratorOptions.of(3, 420, stepsPerCall);
    List<Generation> finished = new ArrayList<>();
    try (Generator generator = Generator.load(config, options, TestDevice.get())) {
      for (int round = 0; round < 2; round++) {
        finished.clear();
        for (int i = 0; i < 3; i++) {
          int[] prompt = SurerModel.prompt(new Random(i), 5 + i);
          generator.submit(
              new GenerationRequest(
                  "r" + i,
                  TokenSequence.text(prompt, new int[0]),
                  Sampling.at(1, 100 + 150 * i),
                  i));
        }
        while (generator.running() > 0) {
          finished.addAll(generator.advance(weights, 0));
        }
        generator.releaseMemory();
      }
    }
    finished.sort(Comparator.comparing(Generation::id));
    return finished;
  }

  @Test
  void stopsAfterAnEndToken() throws IOException {
    GenerationRequest request =
        new GenerationRequest(
            "r",
            TokenSequence.text(SurerModel.prompt(new Random(3), 9), new int[0]),
            Sampling.at(1, 20),
            4);
    int[] free = model.run(List.of(request), 1, 8).get("r").tokens();
    ModelConfig stopping = SurerModel.withStopToken(folder, "[7, " + free[10] + "]");
    int first =
        IntStream.range(0, 20)
            .filter(i -> free[i] == free[10] || free[i] == 7)
            .findFirst()
            .orElseThrow();
    Generation stopped = model.run(stopping, List.of(request), 1, 8, List.of()).get("r");
    assertThat(stopped.tokens()).isEqualTo(Arrays.copyOf(free, first + 1));
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(stopped.versions()).hasSize(first + 1);
  }

  @Test
  void forbiddenTokensAreNeverDrawn() {
    List<GenerationRequest> requests = mixedRequests();
    Map<String, Generation> free = model.run(requests, 14, 8);
    List<Integer> forbidden =
        free.values().stream().map(generation -> generation.tokens()[0]).distinct().toList();
    Map<String, Generation> generations = model.run(config, requests, 14, 8, forbidden);
    for (Generation generation : generations.values()) {
      assertThat(IntStream.of(generation.tokens()).boxed()).doesNotContainAnyElementsOf(forbidden);
    }
  }

  @Test
  void weightsThatAreNotNumbersAreReportedAndLeaveNoTrace() {
    List<GenerationRequest> requests = mixedRequests().subList(0, 3);
    Map<String, Generation> clean = model.run(requests, 3, 4);
    try (Weights broken =
            SurerModel.scaled(weights, "model.layers.1.mlp.up_proj.weight", Float.NaN);
        Generator generator =
            Generator.load(
                config, GeneratorOptions.of(3, SurerModel.CAPACITY, 4), TestDevice.get())) {
      requests.forEach(generator::submit);
      assertThatThrownBy(() -> generator.advance(broken, 12))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("version 12")
          .hasMessageContaining("NaN");
      assertThat(generator.freeSlots()).isEqualTo(3);
      Map<String, Generation> after = model.drain(generator, requests);
      clean.forEach((id, one) -> assertThat(after.get(id).tokens()).isEqualTo(one.tokens()));
    }
  }

  /** What decoding makes of the weights' matrices is made anew, for another object or version. */
  @Test
  void matricesOfANewVersionAreTakenUp() {
    List<GenerationRequest> requests = mixedRequests().subList(0, 3);
    String matrix = "model.layers.1.mlp.up_proj.weight";
    try (Weights newer = SurerModel.scaled(weights, matrix, 3f);
        Generator generator =
            Generator.load(
                config, GeneratorOptions.of(3, SurerModel.CAPACITY, 4), TestDevice.get());
        Generator fresh =
            Generator.load(
                config, GeneratorOptions.of(3, SurerModel.CAPACITY, 4), TestDevice.get())) {
      Map<String, Generation> old = model.drain(generator, requests, weights, 1);
      Map<String, Generation> expected = model.drain(fresh, requests, newer, 2);
      assertThat(tokens(expected)).isNotEqualTo(tokens(old));
      assertThat(tokens(model.drain(generator, requests, newer, 2))).isEqualTo(tokens(expected));

      TensorCopy.copy(weights.tensor(matrix), newer.tensor(matrix));
      assertThat(tokens(model.drain(generator, requests, newer, 3))).isEqualTo(tokens(old));
    }
  }

  private static Map<String, List<Integer>> tokens(Map<String, Generation> generations) {
    Map<String, List<Integer>> tokens = new TreeMap<>();
    generations.forEach((id, one) -> tokens.put(id, IntStream.of(one.tokens()).boxed().toList()));
    return tokens;
  }

  @Test
  void impossibleRequestsAreRefusedByName() {
    try (Generator generator =
        Generator.load(config, GeneratorOptions.of(1, 20, 4), TestDevice.get())) {
      assertRefused(generator, TokenSequence.text(new int[15], new int[0]), "capacity of 20");
      assertRefused(
          generator, TokenSequence.text(new int[] {320}, new int[0]), "vocabulary of 320");
      assertRefused(generator, TokenSequence.text(new int[] {-1}, new int[0]), "vocabulary of 320");
      assertRefused(generator, TokenSequence.text(new int[2], new int[1]), "response tokens");
      GenerationRequest fine = request(TokenSequence.text(new int[14], new int[0]));
      generator.submit(fine);
      assertThatThrownBy(() -> generator.submit(fine))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("slots");
    }
    assertThatThrownBy(() -> new Sampling(Double.NaN, 1, 0, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Sampling(1, 0, 0, 1)).hasMessageContaining("top-p");
  }

  private static void assertRefused(Generator generator, TokenSequence prompt, String reason) {
    assertThatThrownBy(() -> generator.submit(request(prompt)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("request odd")
        .hasMessageContaining(reason);
    assertThat(generator.freeSlots()).isEqualTo(1);
  }

  private static GenerationRequest request(TokenSequence prompt) {
    return new GenerationRequest("odd", prompt, Sampling.greedy(6), 0);
  }

  @Test
  void nativeArraysDoNotPileUp() {
    try (Generator generator =
        Generator.load(config, GeneratorOptions.of(4, SurerModel.CAPACITY, 4), TestDevice.get())) {
      model.drain(generator, mixedRequests());
      int arrays = generator.managedArrays();
      int weightArrays = weights.arguments().head().getManager().getManagedArrays().size();
      for (int round = 0; round < 5; round++) {
        model.drain(generator, mixedRequests());
        assertThat(generator.managedArrays()).isEqualTo(arrays);
      }
      assertThat(weights.arguments().head().getManager().getManagedArrays()).hasSize(weightArrays);
    }
  }
}
