package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorCopy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding as on a GPU, held against decoding as on a CPU; both run on either. */
class FusedDecodingTest {
  private static final Path MODELS = Path.of("src/test/resources/reference/models");
  private static final AdapterConfig EVERY =
      new AdapterConfig(4, 6, false, AdapterConfig.ALL_LINEAR, false);
  private static final AdapterConfig SOME =
      new AdapterConfig(3, 7, true, List.of("k_proj", "v_proj", "up_proj", "o_proj"), false);

  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("tiny-llama", null),
        Arguments.of("tiny-llama3-tied-v5", SOME),
        Arguments.of("tiny-qwen2", null),
        Arguments.of("tiny-qwen2", EVERY),
        Arguments.of("tiny-qwen3-untied-v5", SOME),
        Arguments.of("tiny-qwen3-yarn", null),
        Arguments.of("tiny-qwen3_vl", EVERY));
  }

  private static CheckpointFolder folder(String model) {
    return CheckpointFolder.open(MODELS.resolve(model));
  }

  private static BaseModel base(
      CheckpointFolder folder, ModelConfig config, AdapterConfig adapters) {
    return BaseModel.adapted(folder, config, adapters, TestDevice.get());
  }

  /** Adapters that add as much as the base does, both factors random. */
  private static Weights adapted(BaseModel base, long seed) {
    Weights weights = Weights.zeros(base, Head.LANGUAGE_MODEL);
    Random random = new Random(seed);
    for (NativeTensor tensor : weights.tensors()) {
      float[] values = new float[Math.toIntExact(tensor.spec().elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() / 8);
      }
      TensorCopy.copy(new NamedTensor(tensor.spec(), values), tensor);
    }
    return weights;
  }

  private static Generator generator(ModelConfig config, boolean fuses) {
    return Generator.load(config, GeneratorOptions.of(3, 90, 4), TestDevice.get(), fuses);
  }

  /** More requests than slots, of different lengths, so that slots are filled again. */
  private static List<Generation> draw(Generator generator, Weights weights, long version) {
    List<Generation> drawn = new ArrayList<>();
    int next = 0;
    while (next < 5 || generator.running() > 0) {
      for (; next < 5 && generator.freeSlots() > 0; next++) {
        int[] prompt = new Random(next).ints(3 + 11 * next, 5, 60).toArray();
        Sampling sampling = next == 3 ? Sampling.greedy(33) : Sampling.at(0.9, 20 + next);
        TokenSequence sequence = TokenSequence.text(prompt, new int[0]);
        generator.submit(new GenerationRequest("r" + next, sequence, sampling, next));
      }
      drawn.addAll(generator.advance(weights, version));
    }
    drawn.sort(Comparator.comparing(Generation::id));
    return drawn;
  }

  private static void assertSame(List<Generation> some, List<Generation> others, float rounding) {
    assertThat(some).hasSameSizeAs(others);
    for (int i = 0; i < some.size(); i++) {
      assertThat(some.get(i).tokens()).containsExactly(others.get(i).tokens());
      Offset<Float> offset = Offset.offset(rounding);
      assertThat(some.get(i).logProbs()).containsExactly(others.get(i).logProbs(), offset);
      assertThat(some.get(i).entropies()).containsExactly(others.get(i).entropies(), offset);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void drawsTheSame(String model, AdapterConfig adapters) {
    CheckpointFolder folder = folder(model);
    ModelConfig config = folder.config().computedIn(ElementType.F32);
    try (BaseModel base =
            adapters == null
                ? BaseModel.trainedWhole(config, TestDevice.get())
                : base(folder, config, adapters);
        Weights weights =
            adapters == null
                ? Weights.read(folder, Head.LANGUAGE_MODEL, TestDevice.get())
                : adapted(base, 3);
        Generator fused = generator(config, true);
        Generator plain = generator(config, false)) {
      assertSame(draw(fused, weights, 1), draw(plain, weights, 1), 2e-4f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen2", "tiny-qwen3_vl"})
  void inBfloat16ItsErrorIsNoLarger(String model) {
    CheckpointFolder folder = folder(model);
    ModelConfig exact = folder.config().computedIn(ElementType.F32);
    ModelConfig rounded = folder.config().computedIn(ElementType.BF16);
    try (BaseModel exactBase = base(folder, exact, EVERY);
        BaseModel roundedBase = base(folder, rounded, EVERY);
        Weights exactWeights = adapted(exactBase, 3);
        Weights roundedWeights = adapted(roundedBase, 3);
        Generator reference = generator(exact, false);
        Generator plain = generator(rounded, false);
        Generator fused = generator(rounded, true)) {
      float[] truth = firstEntropies(reference, exactWeights);
      double ofPlain = gap(truth, firstEntropies(plain, roundedWeights));
      assertThat(gap(truth, firstEntropies(fused, roundedWeights))).isBetween(1e-5, 1.3 * ofPlain);
    }
  }

  /** Of the distributions from which the first tokens after many prompts are drawn. */
  private static float[] firstEntropies(Generator generator, Weights weights) {
    float[] entropies = new float[60];
    for (int next = 0; next < entropies.length; ) {
      for (; next < entropies.length && generator.freeSlots() > 0; next++) {
        int[] prompt = new Random(next).ints(3 + next, 5, 60).toArray();
        generator.submit(
            new GenerationRequest(
                "" + next, TokenSequence.text(prompt, new int[0]), Sampling.at(1, 1), next));
      }
      for (Generation drawn : generator.advance(weights, 1)) {
        entropies[Integer.parseInt(drawn.id())] = drawn.entropies()[0];
      }
    }
    return entropies;
  }

  private static double gap(float[] some, float[] others) {
    double sum = 0;
    for (int i = 0; i < some.length; i++) {
      sum += Math.abs(some[i] - others[i]);
    }
    return sum / some.length;
  }

  @Test
  void anotherVersionOfTheSameWeightsIsReadAgain() {
    CheckpointFolder folder = folder("tiny-qwen2");
    ModelConfig config = folder.config().computedIn(ElementType.BF16);
    try (BaseModel base = base(folder, config, EVERY);
        Weights weights = adapted(base, 3);
        Weights next = adapted(base, 4);
        Generator kept = generator(config, true);
        Generator fresh = generator(config, true)) {
      List<Generation> before = draw(kept, weights, 1);
      for (NativeTensor tensor : weights.tensors()) {
        TensorCopy.copy(next.tensor(tensor.spec().name()), tensor);
      }
      List<Generation> after = draw(kept, weights, 2);
      assertSame(after, draw(fresh, next, 2), 0);
      assertThat(after.get(0).logProbs()).isNotEqualTo(before.get(0).logProbs());
    }
  }
}
