package io.sapo.policy.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.WeightLayout;
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
   * @param base its digest becomes metadata of the tensors' file
   * @param companions further files by name
   * @param tensors the adapters' tensors under this project's names
   */
  public static void write(
      Path path,
      AdapterBase base,
      ModelConfig model,
      AdapterConfig config,
      Map<String, byte[]> companions,
      Collection<? extends TensorData> tensors) {
    write(path, base, model, companions, json(base, model, config, tensors), tensors);
  }

  /**
   * The same for a critic's adapters with its scalar head beside them, as PEFT saves those of its
   * task SEQ_CLS; with a bias TOKEN_CLS, whose heads have one.
   *
   * @param tensors the head among them
   */
  public static void writeCritic(
      Path path,
      AdapterBase base,
      ModelConfig model,
      AdapterConfig config,
      Map<String, byte[]> companions,
      Collection<? extends TensorData> tensors) {
    ObjectNode json = json(base, model, config, tensors);
    boolean bias =
        tensors.stream()
            .anyMatch(tensor -> tensor.spec().name().equals(WeightLayout.SCALAR_HEAD_BIAS));
    json.put("task_type", bias ? "TOKEN_CLS" : "SEQ_CLS");
    json.putArray("modules_to_save").add("score");
    write(path, base, model, companions, json, tensors);
  }

  private static void write(
      Path path,
      AdapterBase base,
      ModelConfig model,
      Map<String, byte[]> companions,
      ObjectNode json,
      Collection<? extends TensorData> tensors) {
    Map<String, byte[]> files = new TreeMap<>(companions);
    files.put(AdapterFolder.CONFIG, bytes(json));
    List<TensorData> renamed =
        tensors.stream()
            .<TensorData>map(
                tensor -> Renamed.of(AdapterNames.toPeft(tensor.spec().name(), model), tensor))
            .toList();
    Map<String, String> metadata = new TreeMap<>(Map.of("format", "pt"));
    if (!base.sha256().isEmpty()) {
      metadata.put(AdapterFolder.BASE_SHA256, base.sha256());
    }
    CheckpointFolder.write(path, files, AdapterFolder.WEIGHTS, renamed, ElementType.F32, metadata);
  }

  private static ObjectNode json(
      AdapterBase base,
      ModelConfig model,
      AdapterConfig config,
      Collection<? extends TensorData> tensors) {
    ObjectNode root = JSON.createObjectNode();
    root.put("base_model_name_or_path", base.name());
    root.put("bias", "none");
    root.put("fan_in_fan_out", false);
    root.put("inference_mode", true);
    root.put("init_lora_weights", true);
    root.put("lora_alpha", config.alpha());
    root.put("lora_dropout", 0.0);
    root.putNull("modules_to_save");
    root.put("peft_type", "LORA");
    root.put("r", config.rank());
    root.set("target_modules", targets(model, config, tensors));
    root.put("task_type", "CAUSAL_LM");
    root.put("use_dora", false);
    root.put("use_rslora", config.rankStabilized());
    return root;
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an adapter's configuration cannot be written as JSON", e);
    }
  }

  /**
   * Last parts of names where PEFT finds by them the adapted maps and no others: in a vision tower
   * they are shared with what is no linear map ({@code merger.mlp.0} and {@code blocks.0}). Else
   * all names in full.
   */
  private static JsonNode targets(
      ModelConfig model, AdapterConfig config, Collection<? extends TensorData> tensors) {
    boolean lastParts = config.targets().stream().allMatch(target -> target.matches("\\w+"));
    if (lastParts && model.multimodal() && !config.vision()) {
      return new TextNode(".*language_model.*\\.(" + String.join("|", config.targets()) + ")");
    }
    ArrayNode names = JSON.createArrayNode();
    if (lastParts && !model.multimodal()) {
      config.targets().forEach(names::add);
    } else {
      tensors.stream()
          .flatMap(tensor -> AdapterNames.peftModule(tensor.spec().name(), model).stream())
          .sorted()
          .forEach(names::add);
    }
    return names;
  }
}
