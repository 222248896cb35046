package io.sapo.policy.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.Renamed;
import io.sapo.policy.tensor.TensorData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes adapters in PEFT's layout, so that peft, vLLM and SGLang load them. */
public final class AdapterWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AdapterWriter() {}

  /**
   * Writes a whole new folder, which appears at once and complete or not at all.
   *
   * @param path must not exist yet
   * @param base what {@code base_model_name_or_path} is to say
   * @param companions further files by name
   * @param tensors the adapters' tensors under this project's names
   */
  public static void write(
      Path path,
      String base,
      ModelConfig model,
      AdapterConfig config,
      Map<String, byte[]> companions,
      Collection<? extends TensorData> tensors) {
    Map<String, byte[]> files = new TreeMap<>(companions);
    files.put(AdapterFolder.CONFIG, json(base, model, config));
    List<TensorData> renamed =
        tensors.stream()
            .<TensorData>map(
                tensor -> Renamed.of(AdapterNames.toPeft(tensor.spec().name(), model), tensor))
            .toList();
    CheckpointFolder.write(path, files, AdapterFolder.WEIGHTS, renamed, ElementType.F32);
  }

  private static byte[] json(String base, ModelConfig model, AdapterConfig config) {
    ObjectNode root = JSON.createObjectNode();
    root.put("base_model_name_or_path", base);
    root.put("bias", "none");
    root.put("fan_in_fan_out", false);
    root.put("inference_mode", true);
    root.put("init_lora_weights", true);
    root.put("lora_alpha", config.alpha());
    root.put("lora_dropout", 0.0);
    root.putNull("modules_to_save");
    root.put("peft_type", "LORA");
    root.put("r", config.rank());
    if (model.multimodal() && !config.vision()) {
      root.put(
          "target_modules", ".*language_model.*\\.(" + String.join("|", config.targets()) + ")");
    } else {
      config.targets().forEach(root.putArray("target_modules")::add);
    }
    root.put("task_type", "CAUSAL_LM");
    root.put("use_dora", false);
    root.put("use_rslora", config.rankStabilized());
    try {
      return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an adapter's configuration cannot be written as JSON", e);
    }
  }
}
