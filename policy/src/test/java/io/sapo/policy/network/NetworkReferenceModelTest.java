package io.sapo.policy.network;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward passes against outputs that a public implementation computed in double precision. */
class NetworkReferenceModelTest {
  static List<ReferenceCase> cases() {
    return ReferenceCase.all();
  }

  private interface Check {
    void run(Network network, Weights weights, SafetensorsReader expected);
  }

  private static void with(ReferenceCase reference, Check check) {
    try (Weights weights = reference.weights();
        Network network = Network.load(weights.config(), Head.LANGUAGE_MODEL, TestDevice.get());
        SafetensorsReader expected = reference.expectedTensors()) {
      check.run(network, weights, expected);
    }
  }

  /** All rows in one batch: padding must not matter. */
  @ParameterizedTest
  @MethodSource("cases")
  void logits(ReferenceCase reference) {
    with(
        reference,
        (network, weights, expected) -> {
          List<TokenSequence> prompts = ReferenceCase.prompts(expected);
          int columns = ReferenceCase.columns(expected);
          int vocabulary = weights.config().vocabSize();
          float[] logits = network.logits(weights, prompts);
          float[] wanted = expected.floats("logits");
          int width = logits.length / prompts.size() / vocabulary;
          for (int row = 0; row < prompts.size(); row++) {
            int length = prompts.get(row).length();
            int begin = (row + 1) * columns - length;
            assertClose(
                "logits of row " + row,
                range(logits, row * width * vocabulary, length * vocabulary),
                range(wanted, begin * vocabulary, length * vocabulary));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logProbabilitiesAndEntropies(ReferenceCase reference) {
    with(
        reference,
        (network, weights, expected) -> {
          List<TokenSequence> sequences =
              ReferenceCase.prompts(expected).stream()
                  .map(
                      p ->
                          ReferenceCase.cut(
                              p, ReferenceCase.responseTokens(p, weights.config(), expected)))
                  .toList();
          TokenScores scores = network.score(weights, sequences, 1.0);
          int columns = ReferenceCase.columns(expected);
          for (int row = 0; row < sequences.size(); row++) {
            int count = sequences.get(row).responseTokens().length;
            assertClose(
                "log-probabilities of row " + row,
                scores.logProbs()[row],
                range(
                    expected.floats("next_token_log_prob"),
                    (row + 1) * (columns - 1) - count,
                    count));
            assertClose(
                "entropies of row " + row,
                scores.entropies()[row],
                range(expected.floats("entropy"), (row + 1) * columns - 1 - count, count));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void pictureEmbeddings(ReferenceCase reference) {
    with(
        reference,
        (network, weights, expected) -> {
          assumeThat(expected.contains("image_embeddings")).isTrue();
          List<float[]> found = network.pictureEmbeddings(weights, ReferenceCase.prompts(expected));
          assertClose("picture embeddings", found.get(0), expected.floats("image_embeddings"));
          int features = weights.config().vision().orElseThrow().deepstackBlocks().size();
          assertThat(found).hasSize(1 + features);
          for (int i = 0; i < features; i++) {
            assertClose(
                "deepstack feature " + i,
                found.get(1 + i),
                expected.floats("deepstack_features." + i));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void positions(ReferenceCase reference) {
    with(
        reference,
        (network, weights, expected) -> {
          assumeThat(expected.contains("position_ids")).isTrue();
          TokenSequence prompt = ReferenceCase.prompts(expected).get(0);
          int[][] axes = RotaryPositions.of(prompt, weights.config()).axes();
          assertThat(Arrays.stream(axes).flatMapToInt(Arrays::stream).asLongStream().toArray())
              .isEqualTo(expected.longs("position_ids"));
        });
  }

  private static float[] range(float[] values, int begin, int count) {
    return Arrays.copyOfRange(values, begin, begin + count);
  }
}
