package io.sapo.policy.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TypedView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundedAdaptersTest {
  private static final CheckpointFolder FOLDER =
      CheckpointFolder.open(Path.of("src/test/resources/reference/models/tiny-qwen2"));
  private static final ModelConfig CONFIG = FOLDER.config().computedIn(ElementType.BF16);

  private static BaseModel base() {
    AdapterConfig adapters = new AdapterConfig(4, 6, false, AdapterConfig.ALL_LINEAR, false);
    return BaseModel.adapted(FOLDER, CONFIG, adapters, TestDevice.get());
  }

  /** Rounding is to keep nothing but what bfloat16 holds: of such weights nothing is rounded. */
  private static Weights rounded(Weights weights) {
    Weights copy = weights.copy();
    for (NativeTensor tensor : copy.tensors()) {
      TensorCopy.copy(TypedView.of(weights.tensor(tensor.spec().name()), ElementType.BF16), tensor);
    }
    return copy;
  }

  private static Generator generator() {
    return Generator.load(CONFIG, GeneratorOptions.of(3, 60, 4), TestDevice.get());
  }

  private static List<Generation> draw(Generator generator, Weights weights, long version) {
    for (int i = 0; i < 3; i++) {
      TokenSequence prompt = TokenSequence.text(new int[] {5 + i, 9, 17 - i}, new int[0]);
      generator.submit(new GenerationRequest("r" + i, prompt, Sampling.at(1, 20), i));
    }
    List<Generation> drawn = new ArrayList<>();
    while (generator.running() > 0) {
      drawn.addAll(generator.advance(weights, version));
    }
    return drawn;
  }

  private static List<Object> bits(List<Generation> drawn) {
    List<Object> bits = new ArrayList<>();
    for (Generation generation : drawn) {
      bits.add(List.of(generation.tokens()));
      bits.add(List.of(generation.logProbs()));
    }
    return bits;
  }

  private static void assertSame(List<Generation> one, List<Generation> other) {
    assertThat(bits(one)).usingRecursiveComparison().isEqualTo(bits(other));
  }

  @Test
  void drawsAsFromRoundedWeights() {
    try (BaseModel base = base();
        Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 3);
        Weights rounded = rounded(weights);
        Generator one = generator();
        Generator other = generator()) {
      assertThat(weights.sha256()).isNotEqualTo(rounded.sha256());
      assertSame(draw(one, weights, 1), draw(other, rounded, 1));
    }
  }

  @Test
  void anotherVersionOfTheSameWeightsIsReadAgain() {
    try (BaseModel base = base();
        Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 3);
        Weights next = Weights.random(base, Head.LANGUAGE_MODEL, 4);
        Generator kept = generator();
        Generator fresh = generator()) {
      draw(kept, weights, 1);
      for (NativeTensor tensor : weights.tensors()) {
        TensorCopy.copy(next.tensor(tensor.spec().name()), tensor);
      }
      assertSame(draw(kept, weights, 2), draw(fresh, next, 2));
    }
  }
}
