package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.testing.ProcessMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainableModelTest {
  private static final AdamWConfig ADAMW = new AdamWConfig(0.9, 0.95, 1e-8, 0.1);

  /** AdamW with bias correction and decoupled decay, written out in double precision. */
  @Test
  void stepsAreAdamWOnTheClippedGradient() {
    try (TrainableModel model = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7))) {
      Map<String, double[][]> oracle = new TreeMap<>();
      for (NamedTensor tensor : model.weights().toTensors()) {
        oracle.put(
            tensor.name(),
            new double[][] {
              widen(tensor.values()),
              new double[tensor.values().length],
              new double[tensor.values().length]
            });
      }
      for (int step = 1; step <= 3; step++) {
        TinyModels.backward(model, TinyModels.textBatch(step));
        double norm = 0;
        for (String name : oracle.keySet()) {
          for (float g : model.gradient(name)) {
            norm += (double) g * g;
          }
        }
        norm = Math.sqrt(norm);
        double limit = step == 2 ? norm / 3 : norm * 2;
        for (String name : oracle.keySet()) {
          adamW(oracle.get(name), model.gradient(name), Math.min(1, limit / norm), 0.01, step);
        }
        assertThat(model.step(0.01, ADAMW, limit)).isCloseTo(norm, within(norm * 1e-5));
        for (NamedTensor tensor : model.weights().toTensors()) {
          double[] wanted = oracle.get(tensor.name())[0];
          for (int i = 0; i < wanted.length; i++) {
            assertThat((double) tensor.values()[i])
                .as("step %d, %s[%d]", step, tensor.name(), i)
                .isCloseTo(wanted[i], within(2e-5));
          }
        }
      }
    }
  }

  private static void adamW(
      double[][] state, float[] gradient, double scale, double rate, int step) {
    for (int i = 0; i < gradient.length; i++) {
      double g = gradient[i] * scale;
      state[0][i] *= 1 - rate * ADAMW.weightDecay();
      state[1][i] += (1 - ADAMW.beta1()) * (g - state[1][i]);
      state[2][i] += (1 - ADAMW.beta2()) * (g * g - state[2][i]);
      double first = state[1][i] / (1 - Math.pow(ADAMW.beta1(), step));
      double second = state[2][i] / (1 - Math.pow(ADAMW.beta2(), step));
      state[0][i] -= rate * first / (Math.sqrt(second) + ADAMW.epsilon());
    }
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Along the gradient, of which no parameter has nothing, the loss changes by its square. */
  @ParameterizedTest
  @EnumSource(Head.class)
  void gradientsAreTheDerivativeOfTheLoss(Head head) {
    Weights start = TinyModels.multimodal(head, 3);
    List<TokenSequence> batch = TinyModels.multimodalBatch(start.config(), 4);
    List<NamedTensor> point = warmed(start.toTensors());
    start.close();
    List<float[]> gradient = new ArrayList<>();
    double square = 0;
    try (TrainableModel model = TrainableModel.of(weights(head, point, null, 0))) {
      TinyModels.backward(model, batch);
      for (NamedTensor tensor : point) {
        gradient.add(model.gradient(tensor.name()));
        double own = 0;
        for (float g : model.gradient(tensor.name())) {
          own += (double) g * g;
        }
        assertThat(own).as(tensor.name()).isPositive();
        square += own;
      }
    }
    double length = 2e-3 / Math.sqrt(square);
    double difference =
        loss(weights(head, point, gradient, length), batch)
            - loss(weights(head, point, gradient, -length), batch);
    assertThat(difference / (2 * length)).isCloseTo(square, withinPercentage(1));
  }

  /** Each value has it once: its gradient is the sum of the values'. */
  @Test
  void theGradientOfABiasIsTheSumOfTheSlopes() {
    List<TokenSequence> batch = TinyModels.textBatch(2);
    Weights weights = TinyModels.text(Head.SCALAR_WITH_BIAS, 7);
    weights.arrays().get("score.bias").addi(0.25f);
    try (TrainableModel model = TrainableModel.of(weights)) {
      float sum = 0;
      for (int part = 0; part < 2; part++) {
        try (ValueForward forward = model.forwardValues(batch)) {
          float[][] slopes = forward.values();
          for (float[] row : slopes) {
            assertThat(row).as("a head of zeros with its bias").containsOnly(0.25f);
            for (int t = 0; t < row.length; t++) {
              row[t] = t - 3;
              sum += row[t];
            }
          }
          forward.backward(slopes);
        }
      }
      assertThat(model.gradient("score.bias")).containsExactly(sum);
    }
  }

  /** A critic's head starts at zero, where nothing below it has a gradient. */
  private static List<NamedTensor> warmed(List<NamedTensor> tensors) {
    return tensors.stream()
        .map(
            tensor -> {
              float[] values = tensor.values().clone();
              for (int i = 0; tensor.name().equals("score.weight") && i < values.length; i++) {
                values[i] = 0.1f * (i % 7 - 3);
              }
              return new NamedTensor(tensor.spec(), values);
            })
        .toList();
  }

  private static Weights weights(
      Head head, List<NamedTensor> point, List<float[]> direction, double length) {
    List<NamedTensor> moved = new ArrayList<>();
    for (int k = 0; k < point.size(); k++) {
      float[] values = point.get(k).values().clone();
      for (int i = 0; direction != null && i < values.length; i++) {
        values[i] += (float) (length * direction.get(k)[i]);
      }
      moved.add(new NamedTensor(point.get(k).spec(), values));
    }
    return Weights.of(TinyModels.config("tiny-qwen2_5_vl"), head, moved, TestDevice.get());
  }

  private static double loss(Weights weights, List<TokenSequence> batch) {
    try (TrainableModel model = TrainableModel.of(weights)) {
      return TinyModels.loss(model, batch);
    }
  }

  @Test
  void gradientsOfMicroBatchesAddUp() {
    List<TokenSequence> batch = TinyModels.textBatch(2);
    try (TrainableModel whole = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7));
        TrainableModel parts = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7))) {
      TinyModels.backward(whole, batch);
      TinyModels.backward(parts, batch.subList(0, 2));
      TinyModels.backward(parts, batch.subList(2, 5));
      for (String name : whole.weights().arrays().keySet()) {
        ReferenceCase.assertClose(name, parts.gradient(name), whole.gradient(name));
      }
    }
  }

  @Test
  void frozenParametersNeverChange() {
    Weights weights = TinyModels.multimodal(Head.LANGUAGE_MODEL, 5);
    List<NamedTensor> before = weights.toTensors();
    try (TrainableModel model = TrainableModel.of(weights, name -> !name.startsWith("visual."))) {
      TinyModels.backward(model, TinyModels.multimodalBatch(weights.config(), 1));
      model.step(0.01, ADAMW, 1);
      for (NamedTensor tensor : before) {
        boolean frozen = tensor.name().startsWith("visual.");
        assertThat(Arrays.equals(TensorCopy.floats(weights.tensor(tensor.name())), tensor.values()))
            .as(tensor.name())
            .isEqualTo(frozen);
      }
      assertThat(model.optimizerState().moments())
          .noneMatch(tensor -> tensor.spec().name().contains("visual."));
    }
  }

  @Test
  void trainingGoesOnFromSavedState() {
    try (TrainableModel first = TrainableModel.of(TinyModels.text(Head.SCALAR, 7))) {
      TinyModels.train(first, 2, 0);
      OptimizerState state = first.optimizerState();
      assertThat(state.steps()).isEqualTo(2);
      try (TrainableModel second = TrainableModel.of(first.weights().copy())) {
        second.restore(state);
        assertThat(second.optimizerSha256()).isEqualTo(first.optimizerSha256());
        TinyModels.train(first, 2, 2);
        TinyModels.train(second, 2, 2);
        assertThat(second.weights().sha256()).isEqualTo(first.weights().sha256());
        assertThat(second.optimizerSha256()).isEqualTo(first.optimizerSha256());
      }
      try (TrainableModel other =
          TrainableModel.of(first.weights().copy(), name -> name.equals("score.weight"))) {
        assertThatThrownBy(() -> other.restore(state)).hasMessageContaining("other parameters");
      }
    }
  }

  @Test
  void aNonFiniteGradientIsNotStepped() {
    try (TrainableModel model = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7))) {
      String weights = model.weights().sha256();
      String optimizer = model.optimizerSha256();
      List<TokenSequence> batch = List.of(TokenSequence.text(new int[] {3}, new int[] {4}));
      try (PolicyForward forward = model.forward(batch, 1)) {
        forward.backward(new float[][] {{Float.NaN}}, null);
      }
      assertThatThrownBy(() -> model.step(0.01, ADAMW, 1))
          .isInstanceOf(NonFiniteGradientException.class);
      assertThat(model.weights().sha256()).isEqualTo(weights);
      assertThat(model.optimizerSha256()).isEqualTo(optimizer);
      assertThat(model.gradient("model.norm.weight")).containsOnly(0);
    }
  }

  @Test
  void wrongUseIsRefused() {
    try (TrainableModel model = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7))) {
      List<TokenSequence> batch = List.of(TokenSequence.text(new int[] {3}, new int[] {4}));
      float[][] one = {{1}};
      try (PolicyForward forward = model.forward(batch, 1)) {
        assertThatThrownBy(() -> forward.backward(new float[][] {{1, 2}}, null))
            .hasMessage("Sequence 0 of the batch has 1 response tokens but got 2 numbers");
        forward.backward(one, null);
        assertThatThrownBy(() -> forward.backward(one, null)).hasMessageContaining("used up");
      }
      assertThatThrownBy(() -> model.forward(batch, 0)).hasMessageContaining("temperature");
      assertThatThrownBy(() -> model.forwardValues(batch)).hasMessageContaining("head SCALAR");
      assertThatThrownBy(
              () -> model.forward(List.of(TokenSequence.text(new int[] {3}, new int[] {999})), 1))
          .hasMessage("Token 999 at position 1 of sequence 0 is outside the vocabulary of 320");
    }
  }

  @Test
  void sequencesWithoutResponseAreScoredAsEmpty() {
    try (TrainableModel model = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 7))) {
      List<TokenSequence> batch = List.of(TokenSequence.text(new int[] {3}, new int[0]));
      try (PolicyForward forward = model.forward(batch, 1)) {
        assertThat(forward.logProbs()).isDeepEqualTo(new float[1][0]);
        forward.backward(new float[1][0], null);
      }
    }
  }

  /**
   * What a pass keeps is released: neither arrays nor resident memory grow with the number of
   * batches. One pass takes some ten megabytes, while next to nothing is left on the Java heap.
   */
  @Test
  void nativeMemoryStaysFlat() throws IOException {
    try (TrainableModel model = TrainableModel.of(TinyModels.text(Head.LANGUAGE_MODEL, 5))) {
      List<TokenSequence> batch =
          Collections.nCopies(6, TokenSequence.text(new int[] {3}, new int[120]));
      TinyModels.train(model, batch, 10);
      int arrays = model.liveArrays();
      long resident = ProcessMemory.residentBytes();
      TinyModels.train(model, batch, 30);
      assertThat(model.liveArrays()).isEqualTo(arrays);
      assertThat(ProcessMemory.residentBytes() - resident).isLessThan(64L << 20);
    }
  }
}
