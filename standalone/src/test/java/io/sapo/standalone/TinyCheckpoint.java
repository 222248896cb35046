package io.sapo.standalone;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ElementType;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.figures.FiguresTaskSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A vision-language model that knows nothing and is quick about it. */
public final class TinyCheckpoint {
  private static final String CONFIG =
      """
      {"model_type": "qwen2_5_vl", "vocab_size": %d, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 512, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
       "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.05,
       "torch_dtype": "float32", "bos_token_id": %4$d, "eos_token_id": %4$d,
       "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [1, 1, 2]},
       "vision_start_token_id": %5$d, "vision_end_token_id": %6$d, "image_token_id": %2$d,
       "video_token_id": %3$d, "vision_token_id": %7$d,
       "vision_config": {"model_type": "qwen2_5_vl", "depth": 2, "hidden_size": 16,
        "intermediate_size": 24, "num_heads": 2, "out_hidden_size": 32, "in_channels": 3,
        "patch_size": 14, "temporal_patch_size": 2, "spatial_merge_size": 2, "window_size": 56,
        "tokens_per_second": 2, "fullatt_block_indexes": [1], "hidden_act": "silu"}}
      """;

  private static final String PREPROCESSOR =
      """
      {"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 784, "max_pixels": 12544,
       "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2, "resample": 3,
       "rescale_factor": 0.00392156862745098, "do_resize": true, "do_rescale": true,
       "do_normalize": true, "do_convert_rgb": true,
       "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
      """;

  private TinyCheckpoint() {}

  /** Writes it to a folder that does not exist yet. */
  public static Path write(Path folder) throws IOException {
    List<String> words =
        FiguresTaskSource.WORDS.stream().filter(word -> word.startsWith(" ")).toList();
    String tokenizerJson = FixedWordTokenizer.tokenizerJson(words);
    Path scratch = Files.createTempDirectory(folder.getParent(), "scratch");
    Path tokenizerFile = Files.writeString(scratch.resolve("tokenizer.json"), tokenizerJson);
    String json;
    try (Tokenizer tokenizer = Tokenizer.open(tokenizerFile)) {
      json =
          CONFIG.formatted(
              tokenizer.vocabularySize(),
              tokenizer.id("<|image_pad|>"),
              tokenizer.id("<|video_pad|>"),
              tokenizer.id("<|im_end|>"),
              tokenizer.id("<|vision_start|>"),
              tokenizer.id("<|vision_end|>"),
              tokenizer.id("<|vision_pad|>"));
    }
    ModelConfig config = ModelConfig.read(Files.writeString(scratch.resolve("config.json"), json));
    Map<String, byte[]> companions = new LinkedHashMap<>();
    companions.put(CheckpointFolder.CONFIG, bytes(json));
    companions.put(CheckpointFolder.TOKENIZER, bytes(tokenizerJson));
    companions.put(CheckpointFolder.PREPROCESSOR, bytes(PREPROCESSOR));
    try (Weights weights = Weights.random(config, Head.LANGUAGE_MODEL, 1, Device.cpu())) {
      CheckpointFolder.write(folder, companions, weights.tensors(), ElementType.F32);
    }
    return folder;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
