package io.sapo.policy.layout;

/** What stands on top of the decoder: token logits (the actor) or one number (the critic). */
public enum Head {
  LANGUAGE_MODEL,
  SCALAR
}
