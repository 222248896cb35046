package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.ModelConfig.ImageTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** config.json to {@link ModelConfig} and back. */
final class ModelConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelConfigJson() {}

  static ModelConfig read(Path file) {
    JsonSection top = JsonSection.read(file);
    JsonSection text = top.node().path("text_config").isObject() ? top.section("text_config") : top;
    Architecture architecture = Architecture.of(top.text("model_type"), file.toString());
    refuseUnsupported(text);
    int hidden = text.positive("hidden_size");
    int heads = text.positive("num_attention_heads");
    int headDim = text.positive("head_dim", hidden / heads);
    int keyValueHeads = text.positive("num_key_value_heads", heads);
    if (heads % keyValueHeads != 0) {
      throw text.error(
          "num_key_value_heads", "(" + keyValueHeads + ") must divide the heads (" + heads + ")");
    }
    if (headDim % 2 != 0) {
      throw text.error("head_dim", "must be even but is " + headDim);
    }
    boolean llama = architecture == Architecture.LLAMA;
    boolean attentionBias = llama ? text.flag("attention_bias", false) : true;
    boolean vision = architecture == Architecture.QWEN2_5_VL;
    return new ModelConfig(
        architecture,
        text.positive("vocab_size"),
        hidden,
        text.positive("intermediate_size"),
        text.positive("num_hidden_layers"),
        heads,
        keyValueHeads,
        headDim,
        text.positive("max_position_embeddings", 32768),
        text.number("rms_norm_eps", 1e-6),
        ropeTheta(text),
        rotaryScaling(text),
        mropeSection(text, headDim, vision),
        attentionBias,
        llama && attentionBias,
        llama && text.flag("mlp_bias", false),
        top.flag("tie_word_embeddings", text.flag("tie_word_embeddings", false)),
        text.number("initializer_range", 0.02),
        eitherIntegers(top, text, "eos_token_id"),
        eitherIntegers(top, text, "bos_token_id").stream().findFirst(),
        eitherIntegers(top, text, "pad_token_id").stream().findFirst(),
        elementType(top, text),
        ElementType.F32,
        vision ? Optional.of(imageTokens(top)) : Optional.empty(),
        vision ? Optional.of(vision(top.section("vision_config"), hidden)) : Optional.empty());
  }

  private static void refuseUnsupported(JsonSection text) {
    if (text.has("hidden_act") && !text.text("hidden_act").equals("silu")) {
      throw text.error(
          "hidden_act", "is '" + text.text("hidden_act") + "'; only silu is supported");
    }
    if (text.flag("use_sliding_window", false)) {
      throw text.error("use_sliding_window", "is true; sliding-window attention is not supported");
    }
  }

  private static Optional<JsonSection> rope(JsonSection text) {
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      if (text.has(key)) {
        return Optional.of(text.section(key));
      }
    }
    return Optional.empty();
  }

  private static double ropeTheta(JsonSection text) {
    if (text.has("rope_theta")) {
      return text.number("rope_theta");
    }
    return rope(text).map(r -> r.number("rope_theta", 10000)).orElse(10000.0);
  }

  private static RotaryScaling rotaryScaling(JsonSection text) {
    if (rope(text).isEmpty()) {
      return RotaryScaling.NONE;
    }
    JsonSection rope = rope(text).get();
    String key = rope.has("rope_type") ? "rope_type" : "type";
    String type = rope.has(key) ? rope.text(key) : "default";
    return switch (type) {
      case "default", "mrope" -> RotaryScaling.NONE;
      case "linear" -> new RotaryScaling(RotaryScaling.Kind.LINEAR, rope.number("factor"), 1, 1, 0);
      case "llama3" ->
          new RotaryScaling(
              RotaryScaling.Kind.LLAMA3,
              rope.number("factor"),
              rope.number("low_freq_factor"),
              rope.number("high_freq_factor"),
              rope.positive("original_max_position_embeddings"));
      default ->
          throw rope.error(key, "is '" + type + "'; supported: default, mrope, linear, llama3");
    };
  }

  private static List<Integer> mropeSection(JsonSection text, int headDim, boolean vision) {
    List<Integer> section = rope(text).map(r -> r.integers("mrope_section")).orElse(List.of());
    if (!vision) {
      return List.of();
    }
    int pairs = section.stream().mapToInt(Integer::intValue).sum();
    if (section.size() != 3 || pairs != headDim / 2) {
      throw text.error(
          "mrope_section",
          "must be three numbers that sum to head_dim / 2 = " + headDim / 2 + " but is " + section);
    }
    return section;
  }

  private static List<Integer> eitherIntegers(JsonSection top, JsonSection text, String key) {
    return top.has(key) ? top.integers(key) : text.integers(key);
  }

  private static ElementType elementType(JsonSection top, JsonSection text) {
    for (JsonSection section : List.of(top, text)) {
      for (String key : List.of("torch_dtype", "dtype")) {
        // "auto" leaves it to the weights, as a key that is missing does.
        if (section.has(key) && !section.text(key).equals("auto")) {
          String name = section.text(key);
          for (ElementType type : ElementType.values()) {
            if (type.floating() && type.torchName().equals(name)) {
              return type;
            }
          }
          throw section.error(key, "is '" + name + "'; supported: float32, float16, bfloat16");
        }
      }
    }
    return ElementType.F32;
  }

  private static ImageTokens imageTokens(JsonSection top) {
    return new ImageTokens(
        top.integer("vision_start_token_id"),
        top.integer("vision_end_token_id"),
        top.integer("image_token_id"),
        top.integer("video_token_id"));
  }

  private static VisionConfig vision(JsonSection v, int textHidden) {
    if (v.has("hidden_act") && !v.text("hidden_act").equals("silu")) {
      throw v.error("hidden_act", "is '" + v.text("hidden_act") + "'; only silu is supported");
    }
    int hidden = v.positive("hidden_size");
    int heads = v.positive("num_heads");
    if (hidden % heads != 0 || (hidden / heads) % 4 != 0) {
      throw v.error(
          "num_heads", "(" + heads + ") must divide " + hidden + " into heads of a multiple of 4");
    }
    int outHidden = v.positive("out_hidden_size", textHidden);
    if (outHidden != textHidden) {
      throw v.error("out_hidden_size", "is " + outHidden + " but hidden_size is " + textHidden);
    }
    int depth = v.positive("depth");
    for (int block : v.integers("fullatt_block_indexes")) {
      if (block < 0 || block >= depth) {
        throw v.error("fullatt_block_indexes", "names block " + block + " of " + depth);
      }
    }
    VisionConfig config =
        new VisionConfig(
            depth,
            hidden,
            v.positive("intermediate_size"),
            heads,
            v.has("in_channels") ? v.positive("in_channels") : v.positive("in_chans", 3),
            outHidden,
            v.positive("patch_size", 14),
            v.positive("spatial_merge_size", 2),
            v.positive("temporal_patch_size", 2),
            v.positive("window_size", 112),
            v.integers("fullatt_block_indexes"),
            v.number("tokens_per_second", 2));
    if (config.windowInMergedPatches() < 1) {
      throw v.error("window_size", "is smaller than one merged patch");
    }
    return config;
  }

  static String write(ModelConfig config) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add(className(config.architecture()));
    root.put("model_type", config.architecture().modelType());
    root.put("vocab_size", config.vocabSize());
    root.put("hidden_size", config.hiddenSize());
    root.put("intermediate_size", config.intermediateSize());
    root.put("num_hidden_layers", config.layers());
    root.put("num_attention_heads", config.heads());
    root.put("num_key_value_heads", config.keyValueHeads());
    if (config.headDim() * config.heads() != config.hiddenSize()) {
      root.put("head_dim", config.headDim());
    }
    root.put("max_position_embeddings", config.maxPositions());
    root.put("rms_norm_eps", config.rmsNormEps());
    root.put("rope_theta", config.ropeTheta());
    writeRope(config, root);
    if (config.architecture() == Architecture.LLAMA) {
      root.put("attention_bias", config.queryKeyValueBias());
      root.put("mlp_bias", config.mlpBias());
    }
    root.put("tie_word_embeddings", config.tieWordEmbeddings());
    root.put("initializer_range", config.initializerRange());
    root.put("hidden_act", "silu");
    root.put("use_sliding_window", false);
    writeEos(config.eosTokenIds(), root);
    config.bosTokenId().ifPresent(id -> root.put("bos_token_id", id));
    config.padTokenId().ifPresent(id -> root.put("pad_token_id", id));
    root.put("torch_dtype", config.elementType().torchName());
    config.imageTokens().ifPresent(tokens -> writeImageTokens(tokens, root));
    config.vision().ifPresent(vision -> writeVision(vision, root.putObject("vision_config")));
    return root.toPrettyString() + "\n";
  }

  private static String className(Architecture architecture) {
    return switch (architecture) {
      case QWEN2 -> "Qwen2ForCausalLM";
      case LLAMA -> "LlamaForCausalLM";
      case QWEN2_5_VL -> "Qwen2_5_VLForConditionalGeneration";
    };
  }

  private static void writeRope(ModelConfig config, ObjectNode root) {
    RotaryScaling scaling = config.rotaryScaling();
    if (scaling.kind() == RotaryScaling.Kind.NONE && config.mropeSection().isEmpty()) {
      return;
    }
    ObjectNode rope = root.putObject("rope_scaling");
    rope.put(
        "rope_type",
        switch (scaling.kind()) {
          case NONE -> "default";
          case LINEAR -> "linear";
          case LLAMA3 -> "llama3";
        });
    if (scaling.kind() != RotaryScaling.Kind.NONE) {
      rope.put("factor", scaling.factor());
    }
    if (scaling.kind() == RotaryScaling.Kind.LLAMA3) {
      rope.put("low_freq_factor", scaling.lowFrequencyFactor());
      rope.put("high_freq_factor", scaling.highFrequencyFactor());
      rope.put("original_max_position_embeddings", scaling.originalMaxPositions());
    }
    if (!config.mropeSection().isEmpty()) {
      config.mropeSection().forEach(rope.putArray("mrope_section")::add);
      rope.put("type", "mrope");
    }
  }

  private static void writeEos(List<Integer> ids, ObjectNode root) {
    if (ids.size() == 1) {
      root.put("eos_token_id", ids.get(0));
    } else if (!ids.isEmpty()) {
      ids.forEach(root.putArray("eos_token_id")::add);
    }
  }

  private static void writeImageTokens(ImageTokens tokens, ObjectNode root) {
    root.put("vision_start_token_id", tokens.visionStart());
    root.put("vision_end_token_id", tokens.visionEnd());
    root.put("image_token_id", tokens.image());
    root.put("video_token_id", tokens.video());
  }

  private static void writeVision(VisionConfig vision, ObjectNode node) {
    node.put("model_type", "qwen2_5_vl");
    node.put("depth", vision.depth());
    node.put("hidden_act", "silu");
    node.put("hidden_size", vision.hiddenSize());
    node.put("intermediate_size", vision.intermediateSize());
    node.put("num_heads", vision.heads());
    node.put("in_channels", vision.inChannels());
    node.put("out_hidden_size", vision.outHiddenSize());
    node.put("patch_size", vision.patchSize());
    node.put("spatial_merge_size", vision.spatialMergeSize());
    node.put("temporal_patch_size", vision.temporalPatchSize());
    node.put("window_size", vision.windowSize());
    vision.fullAttentionBlocks().forEach(node.putArray("fullatt_block_indexes")::add);
    node.put("tokens_per_second", vision.tokensPerSecond());
  }
}
