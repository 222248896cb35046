package io.sapo.policy.checkpoint;

/** The layers of a language model; all of one shape. */
public record DecoderConfig(
    int layers,
    int hiddenSize,
    int maxPositions,
    AttentionConfig attention,
    FeedForwardConfig feedForward,
    double rmsNormEps) {}
