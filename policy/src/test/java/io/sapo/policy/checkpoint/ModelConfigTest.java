package io.sapo.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static final String TEXT =
      """
      "vocab_size": 320, "hidden_size": 64, "intermediate_size": 112, "num_hidden_layers": 3,
      "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 1024,
      "rms_norm_eps": 1e-05, "hidden_act": "silu", "use_sliding_window": false,
      "eos_token_id": [2, 5], "bos_token_id": 1""";
  private static final String PICTURES =
      """
      "image_token_id": 302, "video_token_id": 303, "vision_start_token_id": 300,
      "vision_end_token_id": 301, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
      "vision_config": {"depth": 4, "hidden_size": 32, "intermediate_size": 48, "num_heads": 4,
        "in_chans": 3, "out_hidden_size": 64, "patch_size": 14, "spatial_merge_size": 2,
        "temporal_patch_size": 2, "window_size": 112, "fullatt_block_indexes": [3, 1],
        "tokens_per_second": 2}""";

  @TempDir Path folder;

  @Test
  void flatAndNestedLayoutsMeanTheSame() throws IOException {
    ModelConfig flat =
        parse(
            "{\"model_type\": \"qwen2_5_vl\", "
                + TEXT
                + ", \"rope_theta\": 1000000.0, \"rope_scaling\":"
                + " {\"type\": \"mrope\", \"mrope_section\": [2, 3, 3]}, "
                + PICTURES
                + "}");
    ModelConfig nested =
        parse(
            "{\"model_type\": \"qwen2_5_vl\", \"text_config\": {\"model_type\": \"qwen2_5_vl_text\", "
                + TEXT
                + ", \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1000000.0,"
                + " \"mrope_section\": [2, 3, 3]}}, "
                + PICTURES
                + "}");
    assertThat(nested).isEqualTo(flat);
    assertThat(flat.multimodal()).isTrue();
    assertThat(flat.headDim()).isEqualTo(16);
    assertThat(flat.eosTokenIds()).containsExactly(2, 5);
    assertThat(flat.elementType()).isEqualTo(ElementType.BF16);
    assertThat(flat.vision().orElseThrow().fullAttentionBlocks()).containsExactly(1, 3);
    assertThat(flat.vision().orElseThrow().windowInMergedPatches()).isEqualTo(4);
    assertThat(flat.imageTokens().orElseThrow().image()).isEqualTo(302);
  }

  @Test
  void biasesFollowTheArchitecture() throws IOException {
    ModelConfig qwen = parse("{\"model_type\": \"qwen2\", " + TEXT + "}");
    assertThat(qwen.queryKeyValueBias()).isTrue();
    assertThat(qwen.outputBias()).isFalse();
    ModelConfig llama = parse("{\"model_type\": \"llama\", " + TEXT + "}");
    assertThat(llama.queryKeyValueBias()).isFalse();
    ModelConfig biased =
        parse("{\"model_type\": \"llama\", \"attention_bias\": true, " + TEXT + "}");
    assertThat(biased.queryKeyValueBias()).isTrue();
    assertThat(biased.outputBias()).isTrue();
  }

  /** Values by Hugging Face's formula, computed by hand for theta 500000 and head width 128. */
  @Test
  void llama3ScalingKeepsHighFrequenciesAndDividesLowOnes() throws IOException {
    String shape =
        "\"vocab_size\": 8, \"hidden_size\": 128, \"intermediate_size\": 8,"
            + " \"num_hidden_layers\": 1, \"num_attention_heads\": 1, \"rope_theta\": 500000.0";
    double[] plain = parse("{\"model_type\": \"llama\", " + shape + "}").inverseFrequencies();
    double[] scaled =
        parse(
                "{\"model_type\": \"llama\", "
                    + shape
                    + ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
                    + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                    + " \"original_max_position_embeddings\": 8192}}")
            .inverseFrequencies();
    assertThat(plain[1]).isCloseTo(Math.pow(500000, -1.0 / 64), Offset.offset(1e-15));
    assertThat(scaled[0]).isEqualTo(plain[0]);
    assertThat(scaled[63]).isEqualTo(plain[63] / 8);
    int between = 32;
    double smooth = (8192 * plain[between] / (2 * Math.PI) - 1) / 3;
    assertThat(smooth).isBetween(0.0, 1.0);
    assertThat(scaled[between])
        .isCloseTo(plain[between] * ((1 - smooth) / 8 + smooth), Offset.offset(1e-15));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"vocab_size\": 320 | \"vocab_size\": \"many\" | vocab_size",
        "\"hidden_size\": 64 | \"hidden\": 64 | hidden_size",
        "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | num_key_value_heads",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act",
        "\"use_sliding_window\": false | \"use_sliding_window\": true | use_sliding_window",
        "\"model_type\": \"qwen2\" | \"model_type\": \"gpt2\" | gpt2",
        "\"model_type\": \"qwen2\" | \"model_type\": \"qwen2_5_vl\" | mrope_section",
        "\"bos_token_id\": 1 | \"rope_scaling\": {\"rope_type\": \"yarn\"} | yarn",
        "{ | [ | not valid JSON",
      })
  void errorsNameFileAndKey(String original, String replacement, String key) {
    String json = ("{\"model_type\": \"qwen2\", " + TEXT + "}").replace(original, replacement);
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(key);
  }

  private ModelConfig parse(String json) throws IOException {
    return ModelConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
