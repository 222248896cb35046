package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.tensor.ElementType;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sequences and pictures so long that libtorch's attention would lay bfloat16 out anew, which it
 * cannot where the processor has matrix instructions (AMX) that it is not allowed to use.
 */
class LongBfloat16Test {
  private static final int PROMPT = 320;
  private static final int RESPONSE = 160;

  private static Weights weights(String model, ElementType type) {
    ModelConfig config = TinyModels.config(model).computedIn(type);
    return Weights.random(config, Head.LANGUAGE_MODEL, 11, TestDevice.get());
  }

  private static int[] tokens(int seed, int count) {
    return new Random(seed).ints(count, 3, 300).toArray();
  }

  private static TokenSequence text(int seed) {
    return TokenSequence.text(tokens(seed, PROMPT), tokens(seed + 100, RESPONSE));
  }

  /** A picture of 28 by 28 patches, all of which see each other in some layers. */
  private static TokenSequence withPicture(ModelConfig config) {
    var patches = config.vision().orElseThrow().patches();
    Random random = new Random(5);
    float[] values = new float[28 * 28 * patches.values()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    PreparedPicture picture = new PreparedPicture(1, 28, 28, values);
    var image = config.imageTokens().orElseThrow();
    IntStream prompt =
        IntStream.concat(
            IntStream.of(5, image.visionStart()),
            IntStream.concat(
                IntStream.range(0, picture.mergedTokens(patches.mergeSize()))
                    .map(i -> image.image()),
                IntStream.of(image.visionEnd())));
    return new TokenSequence(prompt.toArray(), List.of(picture), tokens(9, RESPONSE));
  }

  private static float[] logProbs(Weights weights, List<TokenSequence> batch) {
    try (TrainableModel model = TrainableModel.of(weights)) {
      TinyModels.backward(model, batch);
      for (String name : weights.arrays().keySet()) {
        assertThat(finite(model.gradient(name))).as(name).isTrue();
      }
      try (PolicyForward pass = model.forward(batch, 1, Retention.LAYER_INPUTS)) {
        return pass.logProbs()[0];
      }
    }
  }

  private static boolean finite(float[] values) {
    return IntStream.range(0, values.length).allMatch(i -> Float.isFinite(values[i]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen2", "tiny-qwen2_5_vl", "tiny-qwen3_vl"})
  void anUpdateIsNearTheOneInFloat32(String model) {
    ModelConfig config = TinyModels.config(model);
    List<TokenSequence> batch =
        config.multimodal() ? List.of(withPicture(config)) : List.of(text(1), text(2));
    float[] wide = logProbs(weights(model, ElementType.F32), batch);
    float[] narrow = logProbs(weights(model, ElementType.BF16), batch);
    assertThat(apart(wide, narrow)).isBetween(1e-6, 0.02);
  }

  /** What is drawn has the log-probability that a forward pass gives it. */
  @Test
  void whatIsDrawnIsScoredTheSame() {
    try (TrainableModel model = TrainableModel.of(weights("tiny-qwen2", ElementType.BF16));
        Generator generator =
            Generator.load(
                model.weights().config(),
                GeneratorOptions.of(4, PROMPT + 64, 8),
                TestDevice.get())) {
      for (int i = 0; i < 4; i++) {
        TokenSequence prompt = TokenSequence.text(tokens(i, PROMPT), new int[0]);
        generator.submit(new GenerationRequest("r" + i, prompt, Sampling.at(1, 48), i));
      }
      Generation drawn = null;
      while (generator.running() > 0) {
        for (Generation finished : generator.advance(model.weights(), 0)) {
          drawn = finished.id().equals("r0") ? finished : drawn;
        }
      }
      TokenSequence whole = TokenSequence.text(tokens(0, PROMPT), drawn.tokens());
      try (PolicyForward pass = model.forward(List.of(whole), 1, Retention.LAYER_INPUTS)) {
        assertThat(apart(pass.logProbs()[0], drawn.logProbs())).isLessThan(0.02);
      }
    }
  }

  /** Mean distance. */
  private static double apart(float[] some, float[] others) {
    assertThat(some).hasSameSizeAs(others);
    return IntStream.range(0, some.length)
        .mapToDouble(i -> Math.abs(some[i] - others[i]))
        .average()
        .orElseThrow();
  }
}
