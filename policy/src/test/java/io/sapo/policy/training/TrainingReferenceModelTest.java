package io.sapo.policy.training;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenSequence;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loss and gradients of the mean negative log-probability against the reference's. */
class TrainingReferenceModelTest {
  static List<ReferenceCase> cases() {
    return ReferenceCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndGradients(ReferenceCase reference) {
    try (SafetensorsReader expected = reference.expectedTensors();
        TrainableModel model = TrainableModel.of(reference.weights())) {
      ModelConfig config = model.weights().config();
      List<TokenSequence> sequences =
          ReferenceCase.prompts(expected).stream()
              .map(p -> ReferenceCase.cut(p, ReferenceCase.responseTokens(p, config, expected)))
              .toList();
      double loss = backwardOfMeanLoss(model, sequences);
      String lossName = expected.contains("loss") ? "loss" : "response_loss";
      assertClose("loss", new float[] {(float) loss}, expected.floats(lossName));
      int gradients = 0;
      for (String name : expected.names()) {
        if (name.startsWith("grad/")) {
          String parameter = ReferenceCase.ownName(name.substring("grad/".length()));
          assertClose(name, model.gradient(parameter), expected.floats(name));
          gradients++;
        }
      }
      assertThat(gradients).isPositive();
    }
  }

  private static double backwardOfMeanLoss(TrainableModel model, List<TokenSequence> sequences) {
    int count = sequences.stream().mapToInt(s -> s.responseTokens().length).sum();
    double loss = 0;
    try (PolicyForward forward = model.forward(sequences, 1.0)) {
      float[][] derivative = new float[sequences.size()][];
      for (int i = 0; i < derivative.length; i++) {
        derivative[i] = new float[forward.logProbs()[i].length];
        Arrays.fill(derivative[i], -1f / count);
        for (float logProb : forward.logProbs()[i]) {
          loss -= logProb / count;
        }
      }
      forward.backward(derivative, null);
    }
    return loss;
  }
}
