package io.sapo.policy.checkpoint;

import io.sapo.policy.checkpoint.ModelConfig.ImageTokens;
import io.sapo.policy.tensor.ElementType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** config.json to {@link ModelConfig}. */
final class ModelConfigJson {
  private static final int LARGEST_VOCABULARY = 1 << 24;
  private static final int LARGEST_WIDTH = 1 << 20;
  private static final int LARGEST_DEPTH = 1 << 12;

  /** Where both the whole and its language model say these, they must say the same. */
  private static final List<String> SAID_ONCE =
      List.of(
          "vocab_size",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "tie_word_embeddings");

  private final JsonSection top;
  private final JsonSection text;
  private final Architecture architecture;

  private ModelConfigJson(JsonSection top) {
    this.top = top;
    this.text = top.node().path("text_config").isObject() ? top.section("text_config") : top;
    this.architecture = Architecture.of(top);
  }

  static ModelConfig read(JsonSection json) {
    return new ModelConfigJson(json).read();
  }

  private ModelConfig read() {
    refuseUnsupported();
    refuseContradictions();
    int vocabulary = text.size("vocab_size", LARGEST_VOCABULARY);
    int hidden = text.size("hidden_size", LARGEST_WIDTH);
    int layers = text.size("num_hidden_layers", LARGEST_DEPTH);
    boolean pictures = architecture.multimodal();
    return new ModelConfig(
        architecture,
        vocabulary,
        new DecoderConfig(
            layers,
            hidden,
            text.sizeOr("max_position_embeddings", Integer.MAX_VALUE, 32768),
            attention(hidden),
            new FeedForwardConfig(
                text.size("intermediate_size", LARGEST_WIDTH),
                architecture == Architecture.LLAMA && text.flag("mlp_bias", false)),
            rmsNormEps()),
        top.flag("tie_word_embeddings", text.flag("tie_word_embeddings", false)),
        text.number("initializer_range", 0.02),
        endTokens(vocabulary),
        saidType().orElse(ElementType.F32),
        ElementType.F32,
        pictures ? Optional.of(imageTokens(vocabulary)) : Optional.empty(),
        pictures
            ? Optional.of(VisionConfigJson.read(architecture, top.section("vision_config"), hidden))
            : Optional.empty());
  }

  private AttentionConfig attention(int hidden) {
    int heads = text.size("num_attention_heads", LARGEST_WIDTH);
    int headDim = headDim(hidden, heads);
    boolean bias = architecture.alwaysBiased() || text.flag("attention_bias", false);
    return new AttentionConfig(
        heads,
        keyValueHeads(heads),
        headDim,
        bias,
        bias && !architecture.alwaysBiased(),
        RotaryJson.of(architecture, text).read(headDim));
  }

  private void refuseUnsupported() {
    if (top.has("quantization_config")) {
      throw top.error(
          "quantization_config", "is there: quantized weights cannot be trained; take others");
    }
    if (text.has("hidden_act") && !text.text("hidden_act").equals("silu")) {
      throw text.error(
          "hidden_act", "is '" + text.text("hidden_act") + "'; only silu is supported");
    }
    if (text.flag("use_sliding_window", false)) {
      throw text.error("use_sliding_window", "is true; sliding-window attention is not supported");
    }
    text.node()
        .path("layer_types")
        .forEach(
            type -> {
              if (!type.asText().equals("full_attention")) {
                throw text.error(
                    "layer_types", "has " + type + "; only full_attention is supported");
              }
            });
  }

  private void refuseContradictions() {
    if (text == top) {
      return;
    }
    if (text.has("model_type")
        && !List.of(architecture.modelType(), architecture.modelType() + "_text")
            .contains(text.text("model_type"))) {
      throw text.error(
          "model_type",
          "is '%s' in a %s model".formatted(text.text("model_type"), architecture.modelType()));
    }
    for (String key : SAID_ONCE) {
      if (top.has(key) && text.has(key) && !top.node().get(key).equals(text.node().get(key))) {
        throw top.error(
            key,
            "is %s but %s in text_config".formatted(top.node().get(key), text.node().get(key)));
      }
    }
  }

  private int headDim(int hidden, int heads) {
    if (!text.has("head_dim") && !architecture.queryKeyNorm() && hidden % heads != 0) {
      throw text.error(
          "num_attention_heads", "(" + heads + ") must divide hidden_size (" + hidden + ")");
    }
    int headDim = text.sizeOr("head_dim", 1 << 14, architecture.defaultHeadDim(hidden, heads));
    if (headDim % 2 != 0) {
      throw text.error("head_dim", "must be even but is " + headDim);
    }
    return headDim;
  }

  private int keyValueHeads(int heads) {
    int keyValueHeads = text.sizeOr("num_key_value_heads", LARGEST_WIDTH, heads);
    if (heads % keyValueHeads != 0) {
      throw text.error(
          "num_key_value_heads", "(" + keyValueHeads + ") must divide the heads (" + heads + ")");
    }
    return keyValueHeads;
  }

  private double rmsNormEps() {
    double eps = text.number("rms_norm_eps", architecture.defaultRmsNormEps());
    if (!(eps > 0)) {
      throw text.error("rms_norm_eps", "must be above 0 but is " + eps);
    }
    return eps;
  }

  private List<Integer> endTokens(int vocabulary) {
    List<Integer> tokens = eitherIntegers("eos_token_id");
    tokens.forEach(token -> inVocabulary("eos_token_id", token, vocabulary));
    return tokens;
  }

  private int inVocabulary(String key, int token, int vocabulary) {
    if (token < 0 || token >= vocabulary) {
      throw top.error(key, "is " + token + ", outside the vocabulary of " + vocabulary);
    }
    return token;
  }

  private List<Integer> eitherIntegers(String key) {
    return top.has(key) ? top.integers(key) : text.integers(key);
  }

  /** Empty for nothing and for {@code auto}: the tensors say it then. */
  static Optional<ElementType> saidType(JsonSection json) {
    return new ModelConfigJson(json).saidType();
  }

  private Optional<ElementType> saidType() {
    for (JsonSection section : List.of(top, text)) {
      for (String key : List.of("torch_dtype", "dtype")) {
        if (section.has(key) && !section.text(key).equals("auto")) {
          String name = section.text(key);
          for (ElementType type : ElementType.values()) {
            if (type.floating() && type.torchName().equals(name)) {
              return Optional.of(type);
            }
          }
          throw section.error(
              key, "is '" + name + "'; supported: float32, float16, bfloat16, auto");
        }
      }
    }
    return Optional.empty();
  }

  private ImageTokens imageTokens(int vocabulary) {
    List<String> keys =
        List.of("vision_start_token_id", "vision_end_token_id", "image_token_id", "video_token_id");
    List<Integer> tokens =
        keys.stream().map(key -> inVocabulary(key, top.integer(key), vocabulary)).toList();
    if (new HashSet<>(tokens).size() < tokens.size()) {
      throw top.error(
          "image_token_id", "and the other vision tokens must differ but are " + tokens);
    }
    return new ImageTokens(tokens.get(0), tokens.get(1), tokens.get(2), tokens.get(3));
  }
}
