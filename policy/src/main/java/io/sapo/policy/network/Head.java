package io.sapo.policy.network;

/** What stands on top of the decoder: token logits (the actor) or one number (the critic). */
public enum Head {
  LANGUAGE_MODEL,
  SCALAR
}
