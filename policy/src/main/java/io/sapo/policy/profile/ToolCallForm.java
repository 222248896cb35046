package io.sapo.policy.profile;

import java.util.Optional;

/** How a model writes calls of tools into its answer, as its chat template has it. */
public enum ToolCallForm {
  /** {@code <tool_call>{"name": …, "arguments": …}</tool_call>} for each, as Hermes and Qwen do. */
  TAGGED,
  /** {@code {"name": …, "parameters": …}} and nothing else, as Llama 3 does. */
  BARE;

  /**
   * @return empty where the template has no tools, or calls in another form
   */
  static Optional<ToolCallForm> of(String template) {
    if (template.contains("<arg_key>") || template.contains("<function=")) {
      return Optional.empty();
    }
    if (template.contains("<tool_call>")) {
      return Optional.of(TAGGED);
    }
    return template.contains("\"parameters\": ") && template.contains("ipython")
        ? Optional.of(BARE)
        : Optional.empty();
  }
}
