package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is drawn, against probabilities composed from uncached scores. */
class SampledDistributionTest {
  @TempDir static Path folder;
  private static SurerModel model;

  @BeforeAll
  static void load() throws IOException {
    model = SurerModel.load(folder);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0, 0",
    "0.7, 1.0, 0",
    "1.0, 0.9, 0",
    "1.0, 0.3, 0",
    "1.0, 1.0, 3",
    "1.0, 1.0, 100",
    "1.0, 0.9, 100",
    "0.6, 0.95, 20",
    "2.5, 0.999, 0",
    "1.0, 0.001, 0",
    "1.0, 1.0, 1"
  })
  void drawsFromTheCutDistributionByInverseCdf(double temperature, double topP, int topK) {
    int[] prompt = SurerModel.prompt(new Random(9), 11);
    double[] whole = distribution(prompt, temperature);
    double[] cut = cut(whole, topP, topK);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      requests.add(
          new GenerationRequest(
              "" + seed,
              TokenSequence.text(prompt, new int[0]),
              new Sampling(temperature, topP, topK, 1),
              seed));
    }
    Map<String, Generation> generations = model.run(requests, 60, 1);
    double entropy = -Arrays.stream(cut).filter(p -> p > 0).map(p -> p * Math.log(p)).sum();
    for (int seed = 0; seed < 60; seed++) {
      Generation generation = generations.get("" + seed);
      int token = generation.tokens()[0];
      double below = Arrays.stream(cut, 0, token).sum();
      assertThat(Uniforms.at(seed, 0)).isBetween(below - 1e-5, below + cut[token] + 1e-5);
      assertThat((double) generation.logProbs()[0])
          .isCloseTo(Math.log(cut[token]), Offset.offset(2e-4));
      assertThat((double) generation.entropies()[0]).isCloseTo(entropy, Offset.offset(2e-4));
    }
  }

  /** The next token's probabilities, composed from uncached scores of every possible token. */
  private static double[] distribution(int[] prompt, double temperature) {
    List<TokenSequence> candidates =
        IntStream.range(0, model.config().vocabSize())
            .mapToObj(token -> TokenSequence.text(prompt, new int[] {token}))
            .toList();
    try (Network network = Network.load(model.config(), Head.LANGUAGE_MODEL, TestDevice.get())) {
      float[][] logProbs = network.score(model.weights(), candidates, temperature).logProbs();
      return Arrays.stream(logProbs).mapToDouble(row -> Math.exp(row[0])).toArray();
    }
  }

  private static double[] cut(double[] whole, double topP, int topK) {
    List<Integer> order =
        IntStream.range(0, whole.length)
            .boxed()
            .sorted((a, b) -> Double.compare(whole[b], whole[a]))
            .limit(topK == 0 ? whole.length : topK)
            .toList();
    double total = order.stream().mapToDouble(token -> whole[token]).sum();
    double[] kept = new double[whole.length];
    double likelier = 0;
    for (int token : order) {
      if (likelier < topP || topP == 1) {
        kept[token] = whole[token] / total;
        likelier += kept[token];
      }
    }
    double sum = Arrays.stream(kept).sum();
    return Arrays.stream(kept).map(p -> p / sum).toArray();
  }
}
