package io.sapo.policy.layout;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.VisionConfig;
import java.util.List;
import java.util.stream.IntStream;

/** The weights of the vision towers. */
final class VisionLayout {
  private static final String TOWER = "visual.";

  private final VisionConfig vision;
  private final AdapterConfig adapters;
  private final long hidden;
  private final long merged;

  private VisionLayout(VisionConfig vision, AdapterConfig adapters) {
    this.vision = vision;
    this.adapters = adapters;
    this.hidden = vision.hiddenSize();
    this.merged = hidden * vision.patches().merged();
  }

  /**
   * @param adapters null without
   * @param begin place of the first weight in the flat list
   * @return none for a model without a tower
   */
  static List<Struct> structs(ModelConfig config, AdapterConfig adapters, int begin) {
    if (!config.multimodal()) {
      return List.of();
    }
    VisionLayout layout = new VisionLayout(config.vision().orElseThrow(), adapters);
    return switch (config.architecture()) {
      case QWEN2_5_VL -> layout.windowTower(begin);
      case QWEN3_VL -> layout.deepstackTower(begin);
      case QWEN2, QWEN3, LLAMA -> throw new IllegalArgumentException("a text model has no tower");
    };
  }

  private List<Struct> windowTower(int begin) {
    Struct ends = new Struct("VisionEnds", "vision_ends", begin, List.of(TOWER));
    ends.tensor("patch_embed", "patch_embed.proj.weight", patchEmbedding());
    ends.tensor("merger_norm", "merger.ln_q.weight", hidden);
    ends.linear("merger_in", "merger.mlp.0", merged, merged, true, adapters);
    ends.linear("merger_out", "merger.mlp.2", vision.outHiddenSize(), merged, true, adapters);
    Struct block = new Struct("VisionBlock", "vision_block", ends.end(), blocks());
    block.tensor("norm1", "norm1.weight", hidden);
    attention(block);
    block.tensor("norm2", "norm2.weight", hidden);
    block.swiglu(hidden, vision.intermediateSize(), true, adapters);
    return List.of(ends, block);
  }

  private List<Struct> deepstackTower(int begin) {
    long side = vision.positionTableSide();
    Struct ends = new Struct("VisionEnds", "vision_ends", begin, List.of(TOWER));
    ends.tensor("patch_embed", "patch_embed.proj.weight", patchEmbedding());
    ends.tensor("patch_bias", "patch_embed.proj.bias", hidden);
    ends.tensor("position_table", "pos_embed.weight", side * side, hidden);
    ends.layerNorm("merger_norm", "merger.norm", hidden);
    ends.linear("merger_in", "merger.linear_fc1", merged, merged, true, adapters);
    ends.linear("merger_out", "merger.linear_fc2", vision.outHiddenSize(), merged, true, adapters);
    Struct block = new Struct("VisionBlock", "vision_block", ends.end(), blocks());
    block.layerNorm("norm1", "norm1", hidden);
    attention(block);
    block.layerNorm("norm2", "norm2", hidden);
    long intermediate = vision.intermediateSize();
    block.linear("widen", "mlp.linear_fc1", intermediate, hidden, true, adapters);
    block.linear("narrow", "mlp.linear_fc2", hidden, intermediate, true, adapters);
    Struct merger =
        new Struct(
            "FeatureMerger",
            "feature_merger",
            block.end(),
            prefixes("deepstack_merger_list.%s.", vision.deepstackBlocks().size()));
    merger.layerNorm("norm", "norm", merged);
    merger.linear("widen", "linear_fc1", merged, merged, true, adapters);
    merger.linear("narrow", "linear_fc2", vision.outHiddenSize(), merged, true, adapters);
    return List.of(ends, block, merger);
  }

  private long[] patchEmbedding() {
    return new long[] {
      hidden,
      vision.patches().channels(),
      vision.patches().temporalSize(),
      vision.patches().size(),
      vision.patches().size()
    };
  }

  private void attention(Struct block) {
    block.linear("qkv", "attn.qkv", 3 * hidden, hidden, true, adapters);
    block.linear("proj", "attn.proj", hidden, hidden, true, adapters);
  }

  private List<String> blocks() {
    return prefixes("blocks.%s.", vision.depth());
  }

  private static List<String> prefixes(String format, int count) {
    return IntStream.range(0, count).mapToObj(i -> TOWER + format.formatted(i)).toList();
  }
}
