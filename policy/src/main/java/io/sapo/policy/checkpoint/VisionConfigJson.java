package io.sapo.policy.checkpoint;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/** {@code vision_config} of config.json to {@link VisionConfig}. */
final class VisionConfigJson {
  private static final int LARGEST_WIDTH = 1 << 17;
  private static final int LARGEST_DEPTH = 1 << 10;
  private static final int LARGEST_TABLE = 1 << 20;

  /** Fixed in the architectures; newer libraries write it down. */
  private static final double ROPE_THETA = 10_000;

  /** Of Qwen2.5-VL where config.json does not say: those of its published towers of 32 blocks. */
  private static final List<Integer> FULL_ATTENTION = List.of(7, 15, 23, 31);

  private final Architecture architecture;
  private final JsonSection json;

  private VisionConfigJson(Architecture architecture, JsonSection json) {
    this.architecture = architecture;
    this.json = json;
  }

  /**
   * @param textHidden width of the language model
   */
  static VisionConfig read(Architecture architecture, JsonSection json, int textHidden) {
    return new VisionConfigJson(architecture, json).read(textHidden);
  }

  private VisionConfig read(int textHidden) {
    boolean windowed = architecture == Architecture.QWEN2_5_VL;
    refuseUnsupported(windowed ? "silu" : "gelu_pytorch_tanh");
    int hidden = json.size("hidden_size", LARGEST_WIDTH);
    int heads = json.size("num_heads", LARGEST_WIDTH);
    if (hidden % heads != 0 || hidden / heads % 4 != 0) {
      throw json.error(
          "num_heads", "(" + heads + ") must divide " + hidden + " into heads of a multiple of 4");
    }
    int outHidden = json.sizeOr("out_hidden_size", LARGEST_WIDTH, textHidden);
    if (outHidden != textHidden) {
      throw json.error("out_hidden_size", "is " + outHidden + " but hidden_size is " + textHidden);
    }
    int depth = json.size("depth", LARGEST_DEPTH);
    VisionConfig config =
        new VisionConfig(
            depth,
            hidden,
            json.size("intermediate_size", LARGEST_WIDTH),
            heads,
            outHidden,
            new PatchConfig(
                json.sizeOr(json.has("in_channels") ? "in_channels" : "in_chans", 16, 3),
                json.sizeOr("patch_size", 256, windowed ? 14 : 16),
                json.sizeOr("temporal_patch_size", 16, 2),
                json.sizeOr("spatial_merge_size", 16, 2)),
            windowed ? json.sizeOr("window_size", 1 << 16, 112) : 0,
            windowed ? fullAttentionBlocks(depth) : all(depth),
            windowed ? 0 : tableSide(),
            windowed ? List.of() : blocks("deepstack_visual_indexes", depth));
    if (config.windowInMergedPatches() < 1) {
      throw json.error("window_size", "is smaller than one merged patch");
    }
    return config;
  }

  private void refuseUnsupported(String activation) {
    if (json.has("hidden_act") && !json.text("hidden_act").equals(activation)) {
      throw json.error(
          "hidden_act",
          "is '%s'; a %s model has %s"
              .formatted(json.text("hidden_act"), architecture.modelType(), activation));
    }
    if (json.has("rope_parameters")) {
      JsonSection rope = json.section("rope_parameters");
      if (rope.number("rope_theta", ROPE_THETA) != ROPE_THETA) {
        throw rope.error("rope_theta", "is not 10000, which is not supported");
      }
    }
  }

  private List<Integer> fullAttentionBlocks(int depth) {
    String key = "fullatt_block_indexes";
    return json.has(key)
        ? blocks(key, depth)
        : FULL_ATTENTION.stream().filter(block -> block < depth).toList();
  }

  private List<Integer> blocks(String key, int depth) {
    List<Integer> blocks = json.integers(key);
    for (int block : blocks) {
      if (block < 0 || block >= depth) {
        throw json.error(key, "names block " + block + " of " + depth);
      }
    }
    if (new HashSet<>(blocks).size() != blocks.size()) {
      throw json.error(key, "names a block twice: " + blocks);
    }
    return blocks;
  }

  private static List<Integer> all(int depth) {
    return IntStream.range(0, depth).boxed().toList();
  }

  private int tableSide() {
    int positions = json.size("num_position_embeddings", LARGEST_TABLE);
    int side = (int) Math.sqrt(positions);
    if (side * side != positions) {
      throw json.error("num_position_embeddings", "must be a square but is " + positions);
    }
    return side;
  }
}
