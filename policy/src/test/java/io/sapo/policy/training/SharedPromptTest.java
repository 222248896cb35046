package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Packing;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PreparedPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A prompt that several sequences share goes through the network once, there and back. */
class SharedPromptTest {
  private static final int[][] RESPONSES = {{7}, {9, 8, 11, 12, 5, 6}, {7, 8, 9}, {4, 4}};

  @ParameterizedTest
  @CsvSource({
    "tiny-qwen2, LANGUAGE_MODEL",
    "tiny-qwen2, SCALAR",
    "tiny-qwen2_5_vl, LANGUAGE_MODEL",
    "tiny-llama, LANGUAGE_MODEL",
    "tiny-qwen3_vl, SCALAR"
  })
  void gradientsAreThoseOfTheSequencesByThemselves(String name, Head head) {
    ModelConfig config = TinyModels.config(name);
    List<TokenSequence> batch = new ArrayList<>();
    List<TokenSequence> prompts =
        config.vision().isPresent()
            ? TinyModels.multimodalBatch(config, 5)
            : TinyModels.textBatch(5);
    for (int i = 0; i < RESPONSES.length; i++) {
      batch.add(answered(prompts.get(prompts.size() - 1), RESPONSES[i]));
      batch.add(answered(prompts.get(1), RESPONSES[RESPONSES.length - 1 - i]));
    }
    assertThat(Packing.of(batch).rows())
        .isEqualTo(
            prompts.get(1).promptTokens().length
                + prompts.get(prompts.size() - 1).promptTokens().length
                + 2 * (0 + 5 + 2 + 1));

    Map<String, float[]> sum = new TreeMap<>();
    for (int i = 0; i < batch.size(); i++) {
      // A row's made-up gradients depend on its place: those before it have nothing to say.
      List<TokenSequence> alone = new ArrayList<>();
      for (int k = 0; k < i; k++) {
        alone.add(TokenSequence.text(new int[] {5}, new int[0]));
      }
      alone.add(batch.get(i));
      gradients(config, head, alone)
          .forEach((tensor, found) -> sum.merge(tensor, found, this::sum));
    }
    gradients(config, head, batch)
        .forEach((tensor, found) -> ReferenceCase.assertClose(tensor, found, sum.get(tensor)));
  }

  /** Records are read one by one, each with a picture and a prompt of its own. */
  @Test
  void whatIsEqualIsSharedAndNothingElse() {
    ModelConfig config = TinyModels.config("tiny-qwen2_5_vl");
    List<TokenSequence> batch = TinyModels.multimodalBatch(config, 5);
    TokenSequence last = batch.get(batch.size() - 1);
    TokenSequence equal = answered(last, new int[] {3, 4});
    TokenSequence otherPicture =
        new TokenSequence(
            last.promptTokens(),
            TinyModels.multimodalBatch(config, 6).get(6).pictures(),
            new int[] {3});
    int prompt = last.promptTokens().length;
    assertThat(Packing.of(List.of(last, equal)).rows())
        .isEqualTo(prompt + last.responseTokens().length - 1 + 1);
    assertThat(Packing.of(List.of(equal, otherPicture)).rows()).isEqualTo(2 * prompt + 1);
  }

  private static TokenSequence answered(TokenSequence prompt, int[] response) {
    List<PreparedPicture> pictures = prompt.pictures();
    return new TokenSequence(prompt.promptTokens().clone(), pictures, response);
  }

  private float[] sum(float[] a, float[] b) {
    float[] sum = new float[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private static Map<String, float[]> gradients(
      ModelConfig config, Head head, List<TokenSequence> batch) {
    Weights weights = Weights.random(config, head, 11, Device.cpu());
    try (TrainableModel model = TrainableModel.of(weights)) {
      TinyModels.backward(model, batch);
      Map<String, float[]> gradients = new TreeMap<>();
      weights.arrays().keySet().forEach(tensor -> gradients.put(tensor, model.gradient(tensor)));
      return gradients;
    }
  }
}
