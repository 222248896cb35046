package io.sapo.policy.adapter;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.WeightLayout;
import java.util.Optional;

/**
 * Names of adapter tensors: PEFT puts {@code base_model.model.} before the name of the module in
 * the library's own nesting, which for vision-language models differs from that of older
 * checkpoints.
 */
final class AdapterNames {
  /** What PEFT puts before a name. */
  static final String PREFIX = "base_model.model.";

  private static final String NESTED_TEXT = "model.language_model.";
  private static final String NESTED_VISION = "model.visual.";

  /** Behind the name of an adapted map. */
  static final String A = ".lora_A.weight";

  private AdapterNames() {}

  static String toPeft(String name, ModelConfig model) {
    if (!model.multimodal()) {
      return PREFIX + name;
    }
    return name.startsWith("visual.")
        ? PREFIX + "model." + name
        : PREFIX + NESTED_TEXT + name.substring("model.".length());
  }

  /** As older versions of the library nest. */
  static String toPeftFlat(String name) {
    return PREFIX + name;
  }

  /** The library's name of the map that a tensor A adapts; empty for another tensor. */
  static Optional<String> peftModule(String name, ModelConfig model) {
    String peft = toPeft(name, model);
    return name.endsWith(A)
        ? Optional.of(peft.substring(PREFIX.length(), peft.length() - A.length()))
        : Optional.empty();
  }

  /** Whether a tensor is a critic's head, which is no adapter. */
  static boolean ofScalarHead(String name) {
    return name.equals(PREFIX + WeightLayout.SCALAR_HEAD)
        || name.equals(PREFIX + WeightLayout.SCALAR_HEAD_BIAS);
  }

  static String fromPeft(String name) {
    String own = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    if (own.startsWith(NESTED_TEXT)) {
      return "model." + own.substring(NESTED_TEXT.length());
    }
    return own.startsWith(NESTED_VISION) ? own.substring("model.".length()) : own;
  }
}
