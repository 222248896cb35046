package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

class BenchModelTest {
  @Test
  void theModelIsOfTheSizeItIsNamedFor() {
    try (Weights weights =
        Weights.random(BenchModel.M25.config(), Head.LANGUAGE_MODEL, 1, Device.cpu())) {
      long parameters = weights.specs().stream().mapToLong(TensorSpec::elements).sum();
      assertThat(parameters / 25e6).isCloseTo(1, within(0.03));
    }
  }

  /** Two operations a weight and token, where attention and head cost next to nothing. */
  @Test
  void operationsAreCountedFromTheShapes() {
    double one = BenchModel.M25.forwardOperations(1, 0, 0);
    double matrices = 0;
    for (int[] matrix : BenchModel.M25.layerMatrices()) {
      matrices += 2.0 * matrix[0] * matrix[1];
    }
    double attention = 4.0 * BenchModel.M25.layers() * BenchModel.M25.hidden();
    assertThat(one).isEqualTo(BenchModel.M25.layers() * matrices + attention);
    assertThat(BenchModel.M25.forwardOperations(1, 1, 100) - one)
        .isEqualTo(2.0 * 100 * BenchModel.M25.hidden());
  }
}
