package io.sapo.policy.training;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.Packing;
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

  /** What enters each layer, and what leaves the last, of one fed token. */
  public long inputBytesPerToken() {
    return (config.layers() + 1L) * config.hiddenSize() * typeBytes;
  }

  /** What the graph of one layer holds of one token that has one place in attention. */
  public long graphBytesPerTokenAndLayer() {
    return graphBytes(1, 1);
  }

  /**
   * What the graph of one layer holds: of each fed token both norms and what they are multiplied
   * into, what goes into attention and comes out of it, and the four tensors of the feed-forward
   * part; of each place of a sequence queries, keys and values as attention takes them, and its
   * result.
   */
  private long graphBytes(long rows, long places) {
    long heads = (long) config.heads() * config.headDim();
    long ofRow = 6L * config.hiddenSize() + 2L * heads + 4L * config.intermediateSize();
    return (rows * ofRow + places * 4L * heads) * typeBytes;
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
    Packing packing = Packing.of(microBatch);
    long layers = Math.min(config.layers(), retention.graphs());
    long logits = retention.graphs() > config.layers() ? responses(microBatch) : 0;
    return packing.rows() * inputBytesPerToken()
        + layers * graphBytes(packing.rows(), packing.places())
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
    Packing packing = Packing.of(microBatch);
    long layer = graphBytes(packing.rows(), packing.places());
    return Retention.graphsOf((int) Math.min(config.layers(), (budget - inputs) / layer));
  }

  private static long responses(List<TokenSequence> microBatch) {
    return microBatch.stream().mapToLong(sequence -> sequence.responseTokens().length).sum();
  }
}
