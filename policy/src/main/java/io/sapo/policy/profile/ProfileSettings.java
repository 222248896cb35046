package io.sapo.policy.profile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a user may say about a checkpoint's profile.
 *
 * @param stopTokens tokens that end a response beside the checkpoint's own, by name
 * @param templateSettings what the chat template may look up beside the messages, such as {@code
 *     enable_thinking}
 */
public record ProfileSettings(
    PromptForm form, List<String> stopTokens, Map<String, Object> templateSettings) {
  public static final ProfileSettings DEFAULT =
      new ProfileSettings(PromptForm.CHECKPOINT, List.of(), Map.of());

  private static final Set<String> TAKEN =
      Set.of("messages", "tools", "documents", "add_generation_prompt");

  /**
   * @throws IllegalArgumentException when a template setting has a name that is not free
   */
  public ProfileSettings {
    stopTokens = List.copyOf(stopTokens);
    templateSettings = new LinkedHashMap<>(templateSettings);
    for (String name : templateSettings.keySet()) {
      if (TAKEN.contains(name)) {
        throw new IllegalArgumentException(
            "model.template-settings: '" + name + "' is not for the settings to give");
      }
    }
  }

  /** Plain text, whatever the checkpoint brings. */
  public static ProfileSettings plain() {
    return new ProfileSettings(PromptForm.PLAIN, List.of(), Map.of());
  }
}
