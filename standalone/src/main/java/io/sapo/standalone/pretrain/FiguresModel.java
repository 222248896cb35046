package io.sapo.standalone.pretrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.producer.figures.FiguresTaskSource;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shape, tokenizer and picture settings of the small vision-language model that learns the figures:
 * a Qwen2.5-VL of under a million parameters.
 */
final class FiguresModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int HIDDEN = 96;
  private static final int FIRST_SPECIAL = 256;

  private FiguresModel() {}

  /** The files of the checkpoint beside its weights, by name. */
  static Map<String, byte[]> companions() {
    String tokenizer = FixedWordTokenizer.tokenizerJson(FiguresTaskSource.WORDS);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(CheckpointFolder.CONFIG, bytes(config(vocabularySize(tokenizer))));
    files.put(CheckpointFolder.TOKENIZER, tokenizer.getBytes(StandardCharsets.UTF_8));
    files.put(
        "tokenizer_config.json",
        FixedWordTokenizer.tokenizerConfigJson().getBytes(StandardCharsets.UTF_8));
    files.put(CheckpointFolder.PREPROCESSOR, bytes(preprocessor()));
    return files;
  }

  static int vocabularySize(String tokenizerJson) {
    try {
      return JSON.readTree(tokenizerJson).at("/model/vocab").size();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the tokenizer just built is not JSON", e);
    }
  }

  static int id(String special) {
    return FIRST_SPECIAL + FixedWordTokenizer.SPECIAL_TOKENS.indexOf(special);
  }

  private static ObjectNode config(int vocabularySize) {
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "qwen2_5_vl");
    config.putArray("architectures").add("Qwen2_5_VLForConditionalGeneration");
    config.put("vocab_size", vocabularySize);
    config.put("hidden_size", HIDDEN);
    config.put("intermediate_size", 256);
    config.put("num_hidden_layers", 3);
    config.put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2);
    config.put("hidden_act", "silu");
    config.put("max_position_embeddings", 4096);
    config.put("rms_norm_eps", 1e-6);
    config.put("rope_theta", 10000.0);
    ObjectNode rope = config.putObject("rope_scaling");
    rope.put("type", "default").put("rope_type", "default");
    List.of(4, 4, 4).forEach(rope.putArray("mrope_section")::add);
    config.put("tie_word_embeddings", true);
    config.put("use_sliding_window", false);
    config.put("initializer_range", 0.05);
    config.put("bos_token_id", id(FixedWordTokenizer.END_OF_TEXT));
    config.put("eos_token_id", id(FixedWordTokenizer.END_OF_TEXT));
    config.put("vision_start_token_id", id("<|vision_start|>"));
    config.put("vision_end_token_id", id("<|vision_end|>"));
    config.put("vision_token_id", id("<|vision_pad|>"));
    config.put("image_token_id", id("<|image_pad|>"));
    config.put("video_token_id", id("<|video_pad|>"));
    config.put("torch_dtype", "float32");
    config.set("vision_config", vision());
    return config;
  }

  private static ObjectNode vision() {
    ObjectNode vision = JSON.createObjectNode();
    vision.put("model_type", "qwen2_5_vl");
    vision.put("depth", 2);
    vision.put("hidden_size", 64);
    vision.put("intermediate_size", 128);
    vision.put("num_heads", 4);
    vision.put("out_hidden_size", HIDDEN);
    vision.put("hidden_act", "silu");
    vision.put("in_channels", 3);
    vision.put("patch_size", 14);
    vision.put("spatial_merge_size", 2);
    vision.put("temporal_patch_size", 2);
    vision.put("tokens_per_second", 2);
    vision.put("window_size", 112);
    vision.putArray("fullatt_block_indexes").add(1);
    return vision;
  }

  private static ObjectNode preprocessor() {
    ObjectNode settings = JSON.createObjectNode();
    settings.put("image_processor_type", "Qwen2VLImageProcessor");
    settings.put("min_pixels", 56 * 56);
    settings.put("max_pixels", 224 * 224);
    settings.put("patch_size", 14);
    settings.put("temporal_patch_size", 2);
    settings.put("merge_size", 2);
    List.of(0.48145466, 0.4578275, 0.40821073).forEach(settings.putArray("image_mean")::add);
    List.of(0.26862954, 0.26130258, 0.27577711).forEach(settings.putArray("image_std")::add);
    settings.put("do_resize", true);
    settings.put("do_rescale", true);
    settings.put("do_normalize", true);
    settings.put("do_convert_rgb", true);
    settings.put("rescale_factor", 1.0 / 255);
    return settings;
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }
}
