package io.sapo.policy.checkpoint;

/**
 * The gated feed-forward part (SwiGLU) of every decoder layer.
 *
 * @param bias whether gate_proj, up_proj and down_proj have a bias
 */
public record FeedForwardConfig(int intermediateSize, boolean bias) {}
