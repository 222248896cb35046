package io.sapo.policy.generation;

public enum FinishReason {
  /** The last token is an end-of-sequence token, or a stop text ended in it. */
  STOP,
  /** The most tokens allowed were drawn. */
  LENGTH
}
