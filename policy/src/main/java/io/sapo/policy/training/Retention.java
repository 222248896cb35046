package io.sapo.policy.training;

/**
 * What a forward pass keeps for its backward pass, from least memory to least work. The gradients
 * are the same to the last bit.
 */
public enum Retention {
  /** Nothing: the backward pass begins with the forward pass again. */
  NOTHING,
  /** What entered each layer, from which each is computed again on the way back. */
  LAYER_INPUTS,
  /** The graph of every layer, and the logits. */
  GRAPH
}
