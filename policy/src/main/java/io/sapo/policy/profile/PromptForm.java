package io.sapo.policy.profile;

/** How a prompt is written down for the model. */
public enum PromptForm {
  /** By the checkpoint's chat template; plain where it has none. */
  CHECKPOINT,

  /** The text and a line's end, with the token that begins a text where the tokenizer has one. */
  PLAIN
}
