package io.sapo.policy.layout;

/**
 * What stands on top of the decoder: token logits (the actor) or one number (the critic), whose map
 * has a bias where the critic began as a model that has one.
 */
public enum Head {
  LANGUAGE_MODEL,
  SCALAR,
  SCALAR_WITH_BIAS;

  /** Whether it gives a state one number. */
  public boolean scalar() {
    return this != LANGUAGE_MODEL;
  }
}
