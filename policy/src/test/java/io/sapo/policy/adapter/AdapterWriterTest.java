package io.sapo.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code target_modules} says by PEFT's rules are the maps whose adapters are written. */
class AdapterWriterTest {
  @TempDir private Path folder;

  static List<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (String model : List.of("tiny-qwen2", "tiny-qwen2_5_vl", "tiny-qwen3_vl")) {
      boolean pictures = model.endsWith("_vl");
      cases.add(Arguments.of(model, AdapterConfig.ALL_LINEAR, false));
      cases.add(Arguments.of(model, List.of("q_proj", "v_proj"), false));
      cases.add(Arguments.of(model, List.of("self_attn.q_proj"), false));
      cases.add(Arguments.of(model, List.of("model.layers.1.mlp.up_proj"), false));
      cases.add(Arguments.of(model, List.of(AdapterConfig.EVERY_MAP), pictures));
      if (pictures) {
        cases.add(Arguments.of(model, AdapterConfig.ALL_LINEAR, true));
        cases.add(Arguments.of(model, List.of("proj"), true));
        cases.add(Arguments.of(model, List.of("visual.blocks.1.attn.qkv", "k_proj"), true));
      }
    }
    cases.add(Arguments.of("tiny-qwen2_5_vl", List.of("0", "2"), true));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void targetModulesAreThoseAdapted(String model, List<String> targets, boolean vision)
      throws IOException {
    ModelConfig config =
        ModelConfig.read(ReferenceModels.shipped().resolve(model).resolve("config.json"));
    AdapterConfig adapters = new AdapterConfig(1, 1, false, targets, vision);
    List<NamedTensor> tensors;
    try (BaseModel base = BaseModel.withoutWeights(config, adapters, TestDevice.get())) {
      tensors =
          base.trained(Head.LANGUAGE_MODEL).stream()
              .map(spec -> new NamedTensor(spec, new float[(int) spec.elements()]))
              .toList();
    }
    Path target = folder.resolve("adapter");
    AdapterWriter.write(target, AdapterBase.named(".."), config, adapters, Map.of(), tensors);
    SortedSet<String> adapted = new TreeSet<>();
    for (NamedTensor tensor : tensors) {
      adapted.add(module(AdapterNames.toPeft(tensor.name(), config)));
    }
    JsonNode said =
        new ObjectMapper()
            .readTree(target.resolve(AdapterFolder.CONFIG).toFile())
            .required("target_modules");
    assertThat(named(said, config)).isEqualTo(adapted);
  }

  /** Modules of the library that PEFT would adapt, or fail to. */
  private static SortedSet<String> named(JsonNode targets, ModelConfig config) {
    SortedSet<String> named = new TreeSet<>();
    for (String module : modules(config)) {
      boolean chosen = targets.isTextual() && module.matches(targets.textValue());
      for (JsonNode target : targets) {
        chosen |= module.equals(target.asText()) || module.endsWith("." + target.asText());
      }
      if (chosen) {
        named.add(module);
      }
    }
    return named;
  }

  /** All modules of the library's model, those that hold others too. */
  private static SortedSet<String> modules(ModelConfig config) {
    SortedSet<String> modules = new TreeSet<>();
    for (Slot slot : WeightLayout.of(config, Head.LANGUAGE_MODEL, null).slots()) {
      TensorSpec tensor = slot.present() ? slot.tensor() : null;
      String module = tensor == null ? "" : module(AdapterNames.toPeft(tensor.name(), config));
      while (!module.isEmpty()) {
        modules.add(module);
        module = module.substring(0, Math.max(0, module.lastIndexOf('.')));
      }
    }
    return modules;
  }

  private static String module(String tensor) {
    return tensor
        .replaceFirst("^base_model\\.model\\.", "")
        .replaceFirst("(\\.lora_[AB])?\\.\\w+$", "");
  }
}
