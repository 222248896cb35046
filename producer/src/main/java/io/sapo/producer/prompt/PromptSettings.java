package io.sapo.producer.prompt;

import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;

/**
 * How tasks become prompts.
 *
 * @param profile how the checkpoint is asked, and what ends its answers
 * @param pictures how pictures are taken
 * @param maxTokens longest prompt, picture tokens counted; longer ones are refused
 */
public record PromptSettings(ProfileSettings profile, PictureSettings pictures, int maxTokens) {}
