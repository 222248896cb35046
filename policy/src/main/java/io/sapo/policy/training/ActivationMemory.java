package io.sapo.policy.training;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.TokenSequence;
import java.util.List;

/**
 * How much memory a forward pass keeps, in bytes, reckoned from the shapes of a configuration, and
 * what can be kept within a budget. The choice shows in time alone.
 */
public final class ActivationMemory {
  private final ModelConfig config;
  private final long typeBytes;

  public ActivationMemory(ModelConfig config) {
    this.config = config;
    this.typeBytes = config.computeType().bytes();
  }

  /** What enters each layer, and what leaves the last, of one padded token. */
  public long inputBytesPerToken() {
    return (config.layers() + 1L) * config.hiddenSize() * typeBytes;
  }

  /**
   * What the graph of one layer holds of one padded token: both norms and what they are multiplied
   * into, queries, keys and values as attention takes them, its result, and the four tensors of the
   * feed-forward part.
   */
  public long graphBytesPerTokenAndLayer() {
    long heads = (long) config.heads() * config.headDim();
    return (6L * config.hiddenSize() + 6L * heads + 4L * config.intermediateSize()) * typeBytes;
  }

  /** Logits are float32. */
  public long logitBytesPerToken() {
    return (long) config.vocabSize() * Float.BYTES;
  }

  /** Of what {@code retention} keeps of a micro-batch. */
  public long bytes(List<TokenSequence> microBatch, Retention retention) {
    if (!retention.inputs()) {
      return 0;
    }
    long padded = padded(microBatch);
    long layers = Math.min(config.layers(), retention.graphs());
    long logits = retention.graphs() > config.layers() ? responses(microBatch) : 0;
    return padded * inputBytesPerToken()
        + padded * layers * graphBytesPerTokenAndLayer()
        + logits * logitBytesPerToken();
  }

  /** The most that can be kept of a micro-batch within a budget of bytes. */
  public Retention within(List<TokenSequence> microBatch, long budget) {
    if (bytes(microBatch, Retention.GRAPH) <= budget) {
      return Retention.GRAPH;
    }
    long inputs = bytes(microBatch, Retention.LAYER_INPUTS);
    if (inputs > budget) {
      return Retention.NOTHING;
    }
    long layer = padded(microBatch) * graphBytesPerTokenAndLayer();
    return Retention.graphsOf((int) Math.min(config.layers(), (budget - inputs) / layer));
  }

  private static long padded(List<TokenSequence> microBatch) {
    long longest = microBatch.stream().mapToInt(TokenSequence::length).max().orElse(0);
    return longest * microBatch.size();
  }

  private static long responses(List<TokenSequence> microBatch) {
    return microBatch.stream().mapToLong(sequence -> sequence.responseTokens().length).sum();
  }
}
