package io.sapo.policy.training;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Packing;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.tensor.ElementType;
import java.util.List;

/**
 * How much memory a forward pass keeps, in bytes, reckoned from the shapes of a configuration, and
 * what can be kept within a budget. The choice shows in time alone.
 */
public final class ActivationMemory {
  /** Place of the first decoder layer among the stages of a layout. */
  private static final int FIRST_LAYER = 1;

  private final ModelConfig config;
  private final long typeBytes;
  private final long convertedBytesPerLayer;

  /**
   * @param convertedBytesPerLayer of a layer's weights in the type of the computation, where they
   *     are held in another: a graph keeps them
   */
  public ActivationMemory(ModelConfig config, long convertedBytesPerLayer) {
    this.config = config;
    this.typeBytes = config.computeType().bytes();
    this.convertedBytesPerLayer = convertedBytesPerLayer;
  }

  /** Of weights over a base: frozen ones lie in their own type, trained ones in float32. */
  public static ActivationMemory of(BaseModel base) {
    ElementType compute = base.config().computeType();
    long converted = 0;
    for (Slot slot :
        WeightLayout.of(base.config(), Head.LANGUAGE_MODEL, null).stages().get(FIRST_LAYER)) {
      if (slot.present() && base.heldType(slot.tensor().name()) != compute) {
        converted += slot.tensor().elements() * compute.bytes();
      }
    }
    return new ActivationMemory(base.config(), converted);
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
   * result. Adapters add a few numbers of their rank, and spare the norms theirs.
   */
  private long graphBytes(long rows, long places) {
    long heads = (long) config.heads() * config.headDim();
    long ofRow = 6L * config.hiddenSize() + 2L * heads + 4L * config.intermediateSize();
    return (rows * ofRow + places * 4L * heads) * typeBytes;
  }

  public long convertedBytesPerLayer() {
    return convertedBytesPerLayer;
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
        + layers * (graphBytes(packing.rows(), packing.places()) + convertedBytesPerLayer)
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
    long layer = graphBytes(packing.rows(), packing.places()) + convertedBytesPerLayer;
    return Retention.graphsOf((int) Math.min(config.layers(), (budget - inputs) / layer));
  }

  private static long responses(List<TokenSequence> microBatch) {
    return microBatch.stream().mapToLong(sequence -> sequence.responseTokens().length).sum();
  }
}
