package io.sapo.producer;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.text.FixedWordTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A multi-modal model of a few thousand random weights, with tokenizer and picture settings. */
public final class TinyModel {
  private static final String CONFIG =
      """
      {
        "model_type": "qwen2_5_vl", "torch_dtype": "float32", "hidden_act": "silu",
        "vocab_size": 400, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 1024,
        "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
        "initializer_range": 0.3, "eos_token_id": 258, "pad_token_id": 256,
        "image_token_id": 262, "video_token_id": 263,
        "vision_start_token_id": 259, "vision_end_token_id": 260,
        "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [2, 3, 3]},
        "vision_config": {
          "model_type": "qwen2_5_vl", "depth": 1, "fullatt_block_indexes": [0],
          "hidden_act": "silu", "hidden_size": 16, "in_channels": 3, "intermediate_size": 24,
          "num_heads": 1, "out_hidden_size": 32, "patch_size": 14, "spatial_merge_size": 2,
          "temporal_patch_size": 2, "tokens_per_second": 2, "window_size": 112
        }
      }
      """;

  private static final String PREPROCESSOR =
      """
      {
        "min_pixels": 3136, "max_pixels": 6272, "patch_size": 14, "temporal_patch_size": 2,
        "merge_size": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]
      }
      """;

  private static final List<String> WORDS = List.of("What", " is", " twice", " plus");

  private TinyModel() {}

  /** Writes a checkpoint with weights drawn from a seed. */
  public static CheckpointFolder write(Path folder, long seed) throws IOException {
    Map<String, byte[]> companions =
        Map.of(
            CheckpointFolder.CONFIG,
            CONFIG.getBytes(StandardCharsets.UTF_8),
            CheckpointFolder.PREPROCESSOR,
            PREPROCESSOR.getBytes(StandardCharsets.UTF_8),
            CheckpointFolder.TOKENIZER,
            FixedWordTokenizer.tokenizerJson(WORDS).getBytes(StandardCharsets.UTF_8));
    ModelConfig model = ModelConfig.parse(CONFIG);
    try (Weights weights = Weights.random(model, Head.LANGUAGE_MODEL, seed, Device.cpu())) {
      CheckpointFolder.write(folder, companions, weights.tensors(), ElementType.F32);
    }
    return CheckpointFolder.open(folder);
  }
}
