package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A language model's config.json as that of the same model with a scalar head, by which
 * transformers makes its class …ForTokenClassification with num_labels 1: a value for each token.
 */
public final class ScalarHeadConfig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LABEL = "LABEL_0";

  private ScalarHeadConfig() {}

  /**
   * @param companions files of the language model by name, see {@link CheckpointFolder#companions}
   * @throws InvalidCheckpointException for an architecture that transformers has no such class of
   */
  public static Map<String, byte[]> companions(
      Map<String, byte[]> companions, Architecture architecture) {
    Map<String, byte[]> files = new HashMap<>(companions);
    files.computeIfPresent(
        CheckpointFolder.CONFIG, (name, content) -> rewritten(content, architecture));
    return files;
  }

  private static byte[] rewritten(byte[] config, Architecture architecture) {
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(config);
      root.putArray("architectures").add(tokenClassifier(architecture));
      root.putObject("id2label").put("0", LABEL);
      root.putObject("label2id").put(LABEL, 0);
      root.put("classifier_dropout", 0.0);
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException("config.json cannot be rewritten", e);
    }
  }

  private static String tokenClassifier(Architecture architecture) {
    return switch (architecture) {
      case QWEN2 -> "Qwen2ForTokenClassification";
      case QWEN3 -> "Qwen3ForTokenClassification";
      case LLAMA -> "LlamaForTokenClassification";
      case QWEN2_5_VL, QWEN3_VL ->
          throw new InvalidCheckpointException(
              "transformers has no "
                  + architecture.modelType()
                  + " model with a scalar head: there is no layout to write this critic in");
    };
  }
}
