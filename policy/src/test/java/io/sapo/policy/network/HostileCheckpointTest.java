package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.SafetensorsWriter;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Well-formed folders whose parts contradict each other. */
class HostileCheckpointTest {
  private static final Path ORIGINAL = ReferenceModels.shipped().resolve("tiny-qwen3-untied-v5");

  @TempDir Path folder;

  static List<Path> references() {
    return ReferenceModels.all();
  }

  @ParameterizedTest
  @MethodSource("references")
  void referencesPass(Path reference) {
    CheckpointFolder opened = CheckpointFolder.open(reference);
    try (SafetensorsReader reader = opened.openWeights()) {
      assertThatCode(() -> StoredWeights.check(reader, opened.config())).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 3 |"
            + " model.layers.2.input_layernorm.weight",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 1 | model.layers.1.",
        "\"vocab_size\": 310 | \"vocab_size\": 1000000 | model.embed_tokens.weight[310, 40]",
        "\"intermediate_size\": 72 | \"intermediate_size\": 80 | mlp.gate_proj.weight[72, 40]",
        "\"head_dim\": 16 | \"head_dim\": 32 | self_attn.q_proj.weight[80, 40]",
        "\"num_key_value_heads\": 1 | \"num_key_value_heads\": 5 | self_attn.k_proj.weight[16, 40]",
        "\"attention_bias\": false | \"attention_bias\": true | self_attn.q_proj.bias",
        "\"model_type\": \"qwen3\" | \"model_type\": \"llama\" | self_attn.k_norm.weight",
      })
  void aConfigurationOfAnotherNetworkIsRefused(String original, String replacement, String named)
      throws IOException {
    writeConfig(original, replacement);
    Files.copy(ORIGINAL.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    assertRefused(named);
  }

  @Test
  void aTensorUnderTwoNamesIsRefused() throws IOException {
    writeTensors(
        List.of(
            new NamedTensor(
                new TensorSpec("model.language_model.norm.weight", new long[] {40}),
                new float[40])));
    assertRefused("model.norm.weight");
  }

  @Test
  void aTensorTheNetworkWouldLeaveOutIsRefused() throws IOException {
    writeTensors(
        List.of(
            new NamedTensor(
                new TensorSpec("model.layers.0.self_attn.q_proj.bias", new long[] {80}),
                new float[80])));
    assertRefused("model.layers.0.self_attn.q_proj.bias");
  }

  /** Tied by its config, with a head of its own: the same as the embedding, and another. */
  @Test
  void aTiedModelWithAnotherHeadIsRefused() throws IOException {
    Path tied = ReferenceModels.shipped().resolve("tiny-qwen2");
    Files.copy(tied.resolve("config.json"), folder.resolve("config.json"));
    try (SafetensorsReader reader = SafetensorsReader.open(tied)) {
      TensorSpec embedding = reader.spec("model.embed_tokens.weight");
      float[] values = reader.floats("model.embed_tokens.weight");
      writeWithHead(reader, new TensorSpec("lm_head.weight", embedding.shape()), values);
      Weights.read(CheckpointFolder.open(folder), Head.LANGUAGE_MODEL, TestDevice.get()).close();
      values[values.length - 1] += 0.5f;
      writeWithHead(reader, new TensorSpec("lm_head.weight", embedding.shape()), values);
    }
    assertRefused("'lm_head.weight' differs from 'model.embed_tokens.weight'");
  }

  private void writeWithHead(SafetensorsReader reader, TensorSpec head, float[] values)
      throws IOException {
    List<TensorData> tensors = new ArrayList<>(List.of(new NamedTensor(head, values.clone())));
    reader.names().forEach(name -> tensors.add(reader.data(name)));
    Path file = folder.resolve("model.safetensors");
    Files.deleteIfExists(file);
    SafetensorsWriter.write(file, tensors, ElementType.F32, Map.of("format", "pt"));
  }

  @Test
  void whatOlderLibrariesAddIsLeftAlone() throws IOException {
    writeTensors(
        List.of(
            new NamedTensor(
                new TensorSpec("model.layers.0.self_attn.rotary_emb.inv_freq", new long[] {8}),
                new float[8])));
    Weights.read(CheckpointFolder.open(folder), Head.LANGUAGE_MODEL, TestDevice.get()).close();
  }

  private void assertRefused(String named) {
    assertThatThrownBy(
            () ->
                Weights.read(CheckpointFolder.open(folder), Head.LANGUAGE_MODEL, TestDevice.get())
                    .close())
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining(named)
        .hasMessageNotContaining("\n");
  }

  private void writeConfig(String original, String replacement) throws IOException {
    String config = Files.readString(ORIGINAL.resolve("config.json"));
    assertThat(config).contains(original);
    Files.writeString(folder.resolve("config.json"), config.replace(original, replacement));
  }

  /** The original's weights and more. */
  private void writeTensors(List<NamedTensor> more) throws IOException {
    writeConfig("{", "{");
    try (SafetensorsReader reader = SafetensorsReader.open(ORIGINAL)) {
      List<TensorData> tensors = new ArrayList<>(more);
      reader.names().forEach(name -> tensors.add(reader.data(name)));
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"), tensors, ElementType.F32, Map.of("format", "pt"));
    }
  }
}
