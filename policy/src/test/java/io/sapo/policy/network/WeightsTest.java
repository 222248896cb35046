package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsWriter;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.tensor.TensorCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
  private static final Path MODEL = ReferenceModels.shipped().resolve("tiny-qwen2_5_vl");

  @TempDir Path folder;

  private static Weights read(Path folder) {
    return Weights.read(CheckpointFolder.open(folder), Head.LANGUAGE_MODEL, TestDevice.get());
  }

  /** Writes the model's tensors under other names into {@link #folder}. */
  private void write(List<NamedTensor> tensors) throws IOException {
    Files.copy(MODEL.resolve("config.json"), folder.resolve("config.json"));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
  }

  private static List<NamedTensor> renamed(Weights weights, UnaryOperator<String> name) {
    return weights.toTensors().stream()
        .map(t -> NamedTensor.of(name.apply(t.name()), t.shape(), t.values()))
        .toList();
  }

  @Test
  void copiesAndTensorsHaveTheSameHash() {
    try (Weights weights = read(MODEL);
        Weights copy = weights.copy();
        Weights rebuilt =
            Weights.of(
                weights.config(), Head.LANGUAGE_MODEL, weights.toTensors(), TestDevice.get())) {
      assertThat(copy.sha256()).isEqualTo(weights.sha256());
      assertThat(rebuilt.sha256()).isEqualTo(weights.sha256());
      copy.arrays().get("model.norm.weight").addi(1e-6f);
      assertThat(copy.sha256()).isNotEqualTo(weights.sha256());
    }
  }

  @Test
  void nestedNamesAreUnderstood() throws IOException {
    try (Weights weights = read(MODEL)) {
      write(
          renamed(
              weights,
              name ->
                  name.startsWith("visual.")
                      ? "model." + name
                      : name.replaceFirst("model\\.", "model.language_model.")));
      try (Weights nested = read(folder)) {
        assertThat(nested.sha256()).isEqualTo(weights.sha256());
      }
    }
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    try (Weights weights = read(MODEL)) {
      write(renamed(weights, name -> name.equals("model.norm.weight") ? "other" : name));
    }
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("model.norm.weight");
  }

  @Test
  void aTensorOfAnotherShapeIsNamed() throws IOException {
    try (Weights weights = read(MODEL)) {
      write(
          weights.toTensors().stream()
              .map(
                  t ->
                      t.name().equals("model.norm.weight")
                          ? NamedTensor.of(t.name(), new long[] {32, 2}, t.values())
                          : t)
              .toList());
    }
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessage(
            folder.resolve("model.safetensors")
                + ": tensor model.norm.weight[32, 2] does not fit config.json, which asks for [64]");
  }

  @Test
  void aCriticSharesTheBodyButNotTheMemory() {
    try (Weights actor = read(MODEL);
        Weights critic = Weights.criticFrom(actor)) {
      assertThat(TensorCopy.floats(critic.tensor("score.weight"))).containsOnly(0).hasSize(64);
      assertThat(critic.arrays()).doesNotContainKey("lm_head.weight");
      critic.arrays().get("model.norm.weight").muli(0);
      assertThat(TensorCopy.floats(actor.tensor("model.norm.weight"))).doesNotContain(0f);
    }
  }
}
