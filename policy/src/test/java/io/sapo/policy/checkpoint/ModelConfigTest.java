package io.sapo.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
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
      "eos_token_id": [2, 5], "bos_token_id": 1\
      """;
  private static final String PICTURES =
      """
      "image_token_id": 302, "video_token_id": 303, "vision_start_token_id": 300,
      "vision_end_token_id": 301, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
      "vision_config": {"depth": 4, "hidden_size": 32, "intermediate_size": 48, "num_heads": 4,
        "in_chans": 3, "out_hidden_size": 64, "patch_size": 14, "spatial_merge_size": 2,
        "temporal_patch_size": 2, "window_size": 112, "fullatt_block_indexes": [3, 1],
        "tokens_per_second": 2}\
      """;

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
            "{\"model_type\": \"qwen2_5_vl\", \"text_config\": {\"model_type\":"
                + " \"qwen2_5_vl_text\", "
                + TEXT
                + ", \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1000000.0,"
                + " \"mrope_section\": [2, 3, 3]}}, "
                + PICTURES
                + "}");
    assertThat(nested).isEqualTo(flat);
    assertThat(flat.multimodal()).isTrue();
    assertThat(flat.decoder().attention().headDim()).isEqualTo(16);
    assertThat(flat.eosTokenIds()).containsExactly(2, 5);
    assertThat(flat.elementType()).isEqualTo(ElementType.BF16);
    assertThat(flat.vision().orElseThrow().fullAttentionBlocks()).containsExactly(1, 3);
    assertThat(flat.vision().orElseThrow().windowInMergedPatches()).isEqualTo(4);
    assertThat(flat.imageTokens().orElseThrow().image()).isEqualTo(302);
  }

  @Test
  void biasesFollowTheArchitecture() throws IOException {
    ModelConfig qwen = parse("{\"model_type\": \"qwen2\", " + TEXT + "}");
    assertThat(qwen.decoder().attention().queryKeyValueBias()).isTrue();
    assertThat(qwen.decoder().attention().outputBias()).isFalse();
    ModelConfig llama = parse("{\"model_type\": \"llama\", " + TEXT + "}");
    assertThat(llama.decoder().attention().queryKeyValueBias()).isFalse();
    ModelConfig biased =
        parse("{\"model_type\": \"llama\", \"attention_bias\": true, " + TEXT + "}");
    assertThat(biased.decoder().attention().queryKeyValueBias()).isTrue();
    assertThat(biased.decoder().attention().outputBias()).isTrue();
  }

  /** Values by Hugging Face's formula, computed by hand for theta 500000 and head width 128. */
  @Test
  void llama3ScalingKeepsHighFrequenciesAndDividesLowOnes() throws IOException {
    String shape =
        "\"vocab_size\": 8, \"hidden_size\": 128, \"intermediate_size\": 8,"
            + " \"num_hidden_layers\": 1, \"num_attention_heads\": 1, \"rope_theta\": 500000.0";
    double[] plain =
        parse("{\"model_type\": \"llama\", " + shape + "}")
            .decoder()
            .attention()
            .inverseFrequencies();
    double[] scaled =
        parse(
                "{\"model_type\": \"llama\", "
                    + shape
                    + ", \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
                    + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                    + " \"original_max_position_embeddings\": 8192}}")
            .decoder()
            .attention()
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

  /** Values of transformers' {@code ROPE_INIT_FUNCTIONS["yarn"]}, head width 128. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 1.138629436111989 | 5.375321488827467e-3 1.0643609566614032e-3 6.490394298452884e-5",
        "', \"mscale\": 1.0, \"mscale_all_dim\": 0.7, \"beta_fast\": 8, \"beta_slow\": 2,"
            + " \"truncate\": false' | 1.0379100195867799 |"
            + " 5.623413249850273e-3 1.5399265103042126e-3 5.516835517482832e-5",
        "', \"attention_factor\": 0.8' | 0.8 |"
            + " 5.375321488827467e-3 1.0643609566614032e-3 6.490394298452884e-5",
      })
  void yarnScalingIsThePublicImplementations(String keys, double factor, String expected)
      throws IOException {
    AttentionConfig attention =
        parse(
                "{\"model_type\": \"qwen3\", \"vocab_size\": 8, \"hidden_size\": 128,"
                    + " \"intermediate_size\": 8, \"num_hidden_layers\": 1,"
                    + " \"num_attention_heads\": 1, \"rope_theta\": 1000000,"
                    + " \"max_position_embeddings\": 32768, \"rope_scaling\":"
                    + " {\"rope_type\": \"yarn\", \"factor\": 4.0"
                    + keys
                    + "}}")
            .decoder()
            .attention();
    assertThat(attention.rotary().scaling().attentionFactor())
        .isCloseTo(factor, Offset.offset(1e-15));
    double[] values = Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
    double[] frequencies = attention.inverseFrequencies();
    int[] pairs = {24, 30, 39};
    for (int i = 0; i < pairs.length; i++) {
      assertThat(frequencies[pairs[i]]).isCloseTo(values[i], Percentage.withPercentage(1e-4));
    }
    assertThat(frequencies[0]).isEqualTo(1);
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
        "\"bos_token_id\": 1 | \"rope_scaling\": {\"rope_type\": \"longrope\"} | longrope",
        "{ | [ | not valid JSON",
      })
  void errorsNameFileAndKey(String original, String replacement, String key) {
    String json = ("{\"model_type\": \"qwen2\", " + TEXT + "}").replace(original, replacement);
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(key);
  }

  @Test
  void olderAndNewerLayoutsOfAPictureModelMeanTheSame() throws IOException {
    String sizes =
        "\"vocab_size\": 320, \"hidden_size\": 64, \"intermediate_size\": 112,"
            + " \"num_hidden_layers\": 3, \"num_attention_heads\": 4, \"num_key_value_heads\": 2,"
            + " \"head_dim\": 24, \"model_type\": \"qwen3_vl_text\", ";
    String tower =
        "\"image_token_id\": 302, \"video_token_id\": 303, \"vision_start_token_id\": 300,"
            + " \"vision_end_token_id\": 301, \"tie_word_embeddings\": true, \"vision_config\":"
            + " {\"depth\": 4, \"hidden_size\": 32, \"intermediate_size\": 48, \"num_heads\": 4,"
            + " \"num_position_embeddings\": 36, \"deepstack_visual_indexes\": [0, 2],"
            + " \"hidden_act\": \"gelu_pytorch_tanh\", \"out_hidden_size\": 64, \"patch_size\":"
            + " 16}";
    ModelConfig published =
        parse(
            "{\"model_type\": \"qwen3_vl\", \"text_config\": {"
                + sizes
                + "\"rope_theta\": 5000000, \"rope_scaling\": {\"mrope_interleaved\": true,"
                + " \"mrope_section\": [6, 3, 3], \"rope_type\": \"default\"}, \"dtype\":"
                + " \"bfloat16\"}, "
                + tower
                + "}");
    ModelConfig newer =
        parse(
            "{\"model_type\": \"qwen3_vl\", \"dtype\": \"bfloat16\", \"text_config\": {"
                + sizes
                + "\"rope_parameters\": {\"rope_theta\": 5000000, \"mrope_interleaved\": true,"
                + " \"mrope_section\": [6, 3, 3], \"rope_type\": \"default\"}}, "
                + tower
                + "}");
    assertThat(newer).isEqualTo(published);
    // transformers 4 takes another base than transformers 5 where none is given
    assertThatThrownBy(
            () ->
                parse(
                    "{\"model_type\": \"qwen3_vl\", \"text_config\": {"
                        + sizes
                        + "\"rope_scaling\": {\"mrope_section\": [6, 3, 3]}}, "
                        + tower
                        + "}"))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("rope_theta")
        .hasMessageContaining("is missing")
        .hasMessageNotContaining("\n");
    assertThat(newer.decoder().attention().rotary().theta()).isEqualTo(5e6);
    assertThat(newer.elementType()).isEqualTo(ElementType.BF16);
    assertThat(newer.tieWordEmbeddings()).isTrue();
    assertThat(newer.vision().orElseThrow().positionTableSide()).isEqualTo(6);
    assertThat(newer.vision().orElseThrow().deepstackBlocks()).containsExactly(0, 2);
    assertThat(newer.decoder().attention().rotaryAxes())
        .containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 0);
  }

  @Test
  void rotaryPairsOfQwen25FollowOneAnotherInSections() throws IOException {
    ModelConfig config =
        parse(
            "{\"model_type\": \"qwen2_5_vl\", "
                + TEXT
                + ", \"rope_scaling\": {\"type\": \"mrope\", \"mrope_section\": [2, 3, 3]}, "
                + PICTURES
                + "}");
    assertThat(config.decoder().attention().rotaryAxes()).containsExactly(0, 0, 1, 1, 1, 2, 2, 2);
  }

  @Test
  void aTypeLeftToTheTensorsIsAccepted() throws IOException {
    assertThat(parse("{\"model_type\": \"qwen2\", \"torch_dtype\": \"auto\", " + TEXT + "}"))
        .isEqualTo(parse("{\"model_type\": \"qwen2\", " + TEXT + "}"));
  }

  /** What is not said is as the public library has it, which differs from model to model. */
  @Test
  void whatIsNotSaidFollowsTheArchitecture() throws IOException {
    String shape =
        "\"vocab_size\": 8, \"hidden_size\": 64, \"intermediate_size\": 8,"
            + " \"num_hidden_layers\": 1, \"num_attention_heads\": 2";
    ModelConfig qwen3 = parse("{\"model_type\": \"qwen3\", " + shape + "}");
    assertThat(qwen3.decoder().attention().headDim()).isEqualTo(128);
    assertThat(qwen3.decoder().attention().queryKeyValueBias()).isFalse();
    ModelConfig qwen2 = parse("{\"model_type\": \"qwen2\", " + shape + "}");
    assertThat(qwen2.decoder().attention().headDim()).isEqualTo(32);
    assertThat(qwen2.decoder().attention().rotary().theta()).isEqualTo(10000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_size\": 64 | \"hidden_size\": 66 | num_attention_heads",
        "\"hidden_size\": 64 | \"hidden_size\": 2000000000 | hidden_size",
        "\"vocab_size\": 320 | \"vocab_size\": 2000000000 | vocab_size",
        "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 1000000 | num_hidden_layers",
        "\"eos_token_id\": [2, 5] | \"eos_token_id\": [2, 320] | eos_token_id",
        "\"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": 0 | rms_norm_eps",
        "\"bos_token_id\": 1 | \"quantization_config\": {\"bits\": 4} | quantization_config",
        "\"bos_token_id\": 1 | \"layer_types\": [\"sliding_attention\"] | layer_types",
        "\"bos_token_id\": 1 | \"rope_theta\": 1, \"rope_parameters\": {\"rope_theta\": 2} |"
            + " rope_theta",
        "\"bos_token_id\": 1 | \"rope_parameters\": {\"full_attention\": {}} | rope_parameters",
        "\"bos_token_id\": 1 | \"text_config\": {\"hidden_size\": 32} | hidden_size",
        "\"bos_token_id\": 1 | \"text_config\": {\"model_type\": \"llama\"} | model_type",
        "\"bos_token_id\": 1 | \"torch_dtype\": \"float8_e4m3fn\" | torch_dtype",
      })
  void contradictionsAreRefused(String original, String replacement, String key)
      throws IOException {
    errorsNameFileAndKey(original, replacement, key);
  }

  /** As the public library has it. */
  @Test
  void blocksThatSeeWholePicturesHaveADefault() throws IOException {
    String deep = PICTURES.replace("\"depth\": 4", "\"depth\": 16");
    assertThat(fullAttention(deep)).containsExactly(1, 3);
    String without = deep.replace("\"fullatt_block_indexes\": [3, 1],", "");
    assertThat(fullAttention(without)).containsExactly(7, 15);
    assertThat(fullAttention(deep.replace("[3, 1]", "[]"))).isEmpty();
  }

  private List<Integer> fullAttention(String pictures) throws IOException {
    String json =
        "{\"model_type\": \"qwen2_5_vl\", "
            + TEXT
            + ", \"rope_theta\": 1000000.0, \"rope_scaling\":"
            + " {\"type\": \"mrope\", \"mrope_section\": [2, 3, 3]}, "
            + pictures
            + "}";
    return parse(json).vision().orElseThrow().fullAttentionBlocks();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"num_heads\": 4 | \"num_heads\": 3 | num_heads",
        "\"out_hidden_size\": 64 | \"out_hidden_size\": 32 | out_hidden_size",
        "[3, 1] | [4] | fullatt_block_indexes",
        "[3, 1] | [1, 1] | fullatt_block_indexes",
        "\"window_size\": 112 | \"window_size\": 20 | window_size",
        "\"image_token_id\": 302 | \"image_token_id\": 320 | image_token_id",
        "\"image_token_id\": 302 | \"image_token_id\": 303 | image_token_id",
        "\"patch_size\": 14 | \"patch_size\": 100000 | patch_size",
        "[2, 3, 3] | [2, 3, 4] | mrope_section",
        "[2, 3, 3] | [8, 0, 0] | mrope_section",
        "\"mrope_section\" | \"mrope_interleaved\": true, \"mrope_section\" | mrope_interleaved",
      })
  void contradictionsOfAVisionTowerAreRefused(String original, String replacement, String key) {
    String json =
        "{\"model_type\": \"qwen2_5_vl\", "
            + TEXT
            + ", \"rope_scaling\": {\"type\": \"mrope\", \"mrope_section\": [2, 3, 3]}, "
            + PICTURES
            + "}";
    assertThat(json).contains(original);
    assertThatThrownBy(() -> parse(json.replace(original, replacement)))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(key);
  }

  private ModelConfig parse(String json) throws IOException {
    return ModelConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
