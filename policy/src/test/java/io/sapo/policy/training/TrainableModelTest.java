package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.network.Head;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
}
