package io.sapo.policy.training;

import io.sapo.policy.checkpoint.AttentionConfig;
import io.sapo.policy.checkpoint.DecoderConfig;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.Packing;
import io.sapo.policy.network.TokenSequence;
import java.util.List;

/**
 * How much memory a forward pass keeps, in bytes, reckoned from the shapes of a configuration, and
 * what can be kept within a budget. The choice shows in time alone.
 */
public final class ActivationMemory {
  private final DecoderConfig decoder;
  private final int vocabulary;
  private final long typeBytes;

  public ActivationMemory(ModelConfig config) {
    this.decoder = config.decoder();
    this.vocabulary = config.vocabSize();
    this.typeBytes = config.computeType().bytes();
  }

  /** What enters each layer, and what leaves the last, of one fed token. */
  public long inputBytesPerToken() {
    return (decoder.layers() + 1L) * decoder.hiddenSize() * typeBytes;
  }

  /** What one layer's intermediates hold of one fed token that has one place in attention. */
  public long intermediateBytesPerToken() {
    return intermediateBytes(1, 1);
  }

  /**
   * What decoder_layer.py keeps of a layer: of each fed token queries, keys, values, what enters
   * the feed-forward part and the two tensors it multiplies; of each place of a sequence what
   * attention gives, and one number a head. Neither weights nor adapters add to it.
   */
  private long intermediateBytes(long rows, long places) {
    AttentionConfig attention = decoder.attention();
    long heads = attention.queryWidth();
    long ofRow =
        heads
            + 2 * attention.keyValueWidth()
            + decoder.hiddenSize()
            + 2L * decoder.feedForward().intermediateSize();
    return (rows * ofRow + places * heads) * typeBytes + places * attention.heads() * Float.BYTES;
  }

  /** Logits have the type of the computation. */
  public long logitBytesPerToken() {
    return vocabulary * typeBytes;
  }

  /** Of what {@code retention} keeps of a micro-batch. */
  public long bytes(List<TokenSequence> microBatch, Retention retention) {
    if (!retention.inputs()) {
      return 0;
    }
    Packing packing = Packing.of(microBatch);
    long layers = Math.min(decoder.layers(), retention.layers());
    long logits = retention.layers() > decoder.layers() ? responses(microBatch) : 0;
    return packing.rows() * inputBytesPerToken()
        + layers * intermediateBytes(packing.rows(), packing.places())
        + logits * logitBytesPerToken();
  }

  /** The most that can be kept of a micro-batch within a budget of bytes. */
  public Retention within(List<TokenSequence> microBatch, long budget) {
    if (bytes(microBatch, Retention.EVERYTHING) <= budget) {
      return Retention.EVERYTHING;
    }
    long inputs = bytes(microBatch, Retention.LAYER_INPUTS);
    if (inputs > budget) {
      return Retention.NOTHING;
    }
    Packing packing = Packing.of(microBatch);
    long layer = intermediateBytes(packing.rows(), packing.places());
    return Retention.of((int) Math.min(decoder.layers(), (budget - inputs) / layer));
  }

  private static long responses(List<TokenSequence> microBatch) {
    return microBatch.stream().mapToLong(sequence -> sequence.responseTokens().length).sum();
  }
}
