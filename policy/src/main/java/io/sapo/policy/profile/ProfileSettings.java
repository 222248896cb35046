package io.sapo.policy.profile;

import java.util.List;

/**
 * What a user may say about a checkpoint's profile.
 *
 * @param stopTokens tokens that end a response beside the checkpoint's own, by name
 */
public record ProfileSettings(PromptForm form, List<String> stopTokens) {
  public static final ProfileSettings DEFAULT =
      new ProfileSettings(PromptForm.CHECKPOINT, List.of());

  public ProfileSettings {
    stopTokens = List.copyOf(stopTokens);
  }
}
