package io.sapo.standalone.pretrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.producer.chain.ChainTaskSource;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shape and tokenizer of the text model that learns chains: a Qwen2 of 170,000 parameters. */
final class ChainModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ChainModel() {}

  /** The files of the checkpoint beside its weights, by name. */
  static Map<String, byte[]> companions() {
    String tokenizer = FixedWordTokenizer.tokenizerJson(ChainTaskSource.WORDS);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(CheckpointFolder.CONFIG, config(FiguresModel.vocabularySize(tokenizer)));
    files.put(CheckpointFolder.TOKENIZER, tokenizer.getBytes(StandardCharsets.UTF_8));
    files.put(
        "tokenizer_config.json",
        FixedWordTokenizer.tokenizerConfigJson().getBytes(StandardCharsets.UTF_8));
    return files;
  }

  private static byte[] config(int vocabularySize) {
    int endOfText = FiguresModel.id(FixedWordTokenizer.END_OF_TEXT);
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "qwen2");
    config.putArray("architectures").add("Qwen2ForCausalLM");
    config.put("vocab_size", vocabularySize);
    config.put("hidden_size", 64);
    config.put("intermediate_size", 192);
    config.put("num_hidden_layers", 3);
    config.put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2);
    config.put("hidden_act", "silu");
    config.put("max_position_embeddings", 2048);
    config.put("rms_norm_eps", 1e-6);
    config.put("rope_theta", 10000.0);
    config.put("tie_word_embeddings", true);
    config.put("use_sliding_window", false);
    config.put("initializer_range", 0.05);
    config.put("bos_token_id", endOfText);
    config.put("eos_token_id", endOfText);
    config.put("torch_dtype", "float32");
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }
}
