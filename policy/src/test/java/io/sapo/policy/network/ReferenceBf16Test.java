package io.sapo.policy.network;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.ReferenceFolders;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * bfloat16 weights, computed in float32 and in bfloat16, against what the public implementation
 * does ({@code -Dsapo.reference.bf16=DIR} for other folders). Bounds are those of oracles for
 * another implementation, which rounds elsewhere.
 */
class ReferenceBf16Test {
  private static final double LARGEST = 0.15;
  private static final double MEAN = 0.03;
  private static final double GRADIENT = 0.08;

  static List<Path> models() {
    List<Path> models = ReferenceFolders.in(ReferenceFolders.of("bf16"));
    assertThat(models).isNotEmpty();
    return models;
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoresOfFrozenAndOfTrainedWeights(Path model) {
    CheckpointFolder folder = CheckpointFolder.open(model);
    for (ElementType compute : List.of(ElementType.F32, ElementType.BF16)) {
      ModelConfig config = folder.config().computedIn(compute);
      try (SafetensorsReader expected = expected(model);
          BaseModel frozen =
              BaseModel.adapted(folder, config, AdapterConfig.of(2, 4), TestDevice.get());
          Weights adapted = Weights.random(frozen, Head.LANGUAGE_MODEL, 1);
          Weights whole = whole(folder, config);
          Network network = Network.load(config, Head.LANGUAGE_MODEL, TestDevice.get())) {
        assertThat(frozen.frozenTensors()).allMatch(t -> t.type() == ElementType.BF16);
        assertScores(network, adapted, expected, compute);
        assertScores(network, whole, expected, compute);
      }
    }
  }

  private static SafetensorsReader expected(Path model) {
    return SafetensorsReader.open(model.resolve("expected.safetensors"));
  }

  private static Weights whole(CheckpointFolder folder, ModelConfig config) {
    try (SafetensorsReader reader = folder.openWeights()) {
      return Weights.read(
          reader, BaseModel.trainedWhole(config, TestDevice.get()), Head.LANGUAGE_MODEL);
    }
  }

  private static void assertScores(
      Network network, Weights weights, SafetensorsReader expected, ElementType compute) {
    List<TokenSequence> prompts = ReferenceCase.prompts(expected);
    int columns = ReferenceCase.columns(expected);
    double largest = 0;
    double sum = 0;
    int tokens = 0;
    for (int row = 0; row < prompts.size(); row++) {
      int length = prompts.get(row).length() - 1;
      TokenSequence all = ReferenceCase.cut(prompts.get(row), length);
      float[] found = network.score(weights, List.of(all), 1).logProbs()[0];
      float[] wanted =
          Arrays.copyOfRange(
              expected.floats("next_token_log_prob_f32"),
              (row + 1) * (columns - 1) - length,
              (row + 1) * (columns - 1));
      if (compute == ElementType.F32) {
        assertClose("log-probabilities of row " + row, found, wanted);
      }
      for (int t = 0; t < length; t++) {
        double difference = Math.abs(found[t] - wanted[t]);
        assertThat(difference).isFinite();
        largest = Math.max(largest, difference);
        sum += difference;
        tokens++;
      }
    }
    assertThat(largest).isLessThanOrEqualTo(LARGEST);
    assertThat(sum / tokens).isLessThanOrEqualTo(MEAN);
    if (compute == ElementType.BF16) {
      assertThat(largest).as("really computed in bfloat16").isGreaterThan(1e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientsOfTheMeanLoss(Path model) {
    CheckpointFolder folder = CheckpointFolder.open(model);
    for (ElementType compute : List.of(ElementType.F32, ElementType.BF16)) {
      ModelConfig config = folder.config().computedIn(compute);
      try (SafetensorsReader expected = expected(model);
          TrainableModel trained = TrainableModel.of(whole(folder, config))) {
        backwardOfMeanLoss(trained, expected);
        int compared = 0;
        for (String name : expected.names()) {
          if (name.startsWith("grad_f32/")) {
            float[] found = trained.gradient(name.substring("grad_f32/".length()));
            float[] wanted = expected.floats(name);
            if (compute == ElementType.F32) {
              assertClose(name, found, wanted);
            } else {
              assertThat(worst(found, wanted)).as(name).isLessThanOrEqualTo(GRADIENT);
            }
            compared++;
          }
        }
        assertThat(compared).isPositive();
      }
    }
  }

  private static void backwardOfMeanLoss(TrainableModel model, SafetensorsReader expected) {
    List<TokenSequence> rows =
        ReferenceCase.prompts(expected).stream()
            .map(prompt -> ReferenceCase.cut(prompt, prompt.length() - 1))
            .toList();
    int count = rows.stream().mapToInt(row -> row.responseTokens().length).sum();
    try (PolicyForward forward = model.forward(rows, 1)) {
      float[][] slopes = new float[rows.size()][];
      for (int i = 0; i < slopes.length; i++) {
        slopes[i] = new float[rows.get(i).responseTokens().length];
        Arrays.fill(slopes[i], -1f / count);
      }
      forward.backward(slopes, null);
    }
  }

  /** Largest difference relative to the largest expected magnitude. */
  private static double worst(float[] found, float[] wanted) {
    double scale = 0;
    double worst = 0;
    for (int i = 0; i < wanted.length; i++) {
      scale = Math.max(scale, Math.abs(wanted[i]));
      double difference = Math.abs(found[i] - wanted[i]);
      worst = Math.max(worst, Double.isFinite(difference) ? difference : Double.MAX_VALUE);
    }
    return worst / scale;
  }
}
