package io.sapo.policy.network;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.checkpoint.VisionConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Which weights a network has, in the order of the flat list that {@code weights.py} reads. A slot
 * is null where the configuration has no such tensor (a bias, say).
 */
final class WeightLayout {
  static final String TOKEN_EMBEDDINGS = "model.embed_tokens.weight";
  static final String LANGUAGE_MODEL_HEAD = "lm_head.weight";
  static final String SCALAR_HEAD = "score.weight";

  private final List<TensorSpec> slots = new ArrayList<>();

  private WeightLayout() {}

  /** Slots in script order. Tied embeddings are named twice. */
  static List<TensorSpec> slots(ModelConfig config, Head head) {
    WeightLayout layout = new WeightLayout();
    layout.ends(config, head);
    for (int i = 0; i < config.layers(); i++) {
      layout.decoderLayer(config, "model.layers." + i + ".");
    }
    config
        .vision()
        .ifPresent(
            vision -> {
              layout.visionEnds(vision);
              for (int i = 0; i < vision.depth(); i++) {
                layout.visionBlock(vision, "visual.blocks." + i + ".");
              }
            });
    return layout.slots;
  }

  private void ends(ModelConfig config, Head head) {
    long hidden = config.hiddenSize();
    add(TOKEN_EMBEDDINGS, config.vocabSize(), hidden);
    add("model.norm.weight", hidden);
    if (head == Head.SCALAR) {
      add(SCALAR_HEAD, 1, hidden);
    } else {
      String name = config.tieWordEmbeddings() ? TOKEN_EMBEDDINGS : LANGUAGE_MODEL_HEAD;
      add(name, config.vocabSize(), hidden);
    }
  }

  private void decoderLayer(ModelConfig config, String prefix) {
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.keyValueHeads() * config.headDim();
    add(prefix + "input_layernorm.weight", hidden);
    linear(prefix + "self_attn.q_proj", queries, hidden, config.queryKeyValueBias());
    linear(prefix + "self_attn.k_proj", keys, hidden, config.queryKeyValueBias());
    linear(prefix + "self_attn.v_proj", keys, hidden, config.queryKeyValueBias());
    linear(prefix + "self_attn.o_proj", hidden, queries, config.outputBias());
    add(prefix + "post_attention_layernorm.weight", hidden);
    swiglu(prefix, hidden, config.intermediateSize(), config.mlpBias());
  }

  private void visionEnds(VisionConfig vision) {
    long hidden = vision.hiddenSize();
    long merged = hidden * vision.spatialMergeSize() * vision.spatialMergeSize();
    add(
        "visual.patch_embed.proj.weight",
        hidden,
        vision.inChannels(),
        vision.temporalPatchSize(),
        vision.patchSize(),
        vision.patchSize());
    add("visual.merger.ln_q.weight", hidden);
    linear("visual.merger.mlp.0", merged, merged, true);
    linear("visual.merger.mlp.2", vision.outHiddenSize(), merged, true);
  }

  private void visionBlock(VisionConfig vision, String prefix) {
    long hidden = vision.hiddenSize();
    add(prefix + "norm1.weight", hidden);
    linear(prefix + "attn.qkv", 3 * hidden, hidden, true);
    linear(prefix + "attn.proj", hidden, hidden, true);
    add(prefix + "norm2.weight", hidden);
    swiglu(prefix, hidden, vision.intermediateSize(), true);
  }

  private void swiglu(String prefix, long hidden, long intermediate, boolean bias) {
    linear(prefix + "mlp.gate_proj", intermediate, hidden, bias);
    linear(prefix + "mlp.up_proj", intermediate, hidden, bias);
    linear(prefix + "mlp.down_proj", hidden, intermediate, bias);
  }

  private void linear(String name, long out, long in, boolean bias) {
    add(name + ".weight", out, in);
    if (bias) {
      add(name + ".bias", out);
    } else {
      slots.add(null);
    }
  }

  private void add(String name, long... shape) {
    slots.add(new TensorSpec(name, shape));
  }
}
