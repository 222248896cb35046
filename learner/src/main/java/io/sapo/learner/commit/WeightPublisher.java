package io.sapo.learner.commit;

import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.StoredTensor;
import io.sapo.schemas.weights.WeightChunkEncoder;
import io.sapo.weights.NativeWeights;
import io.sapo.weights.PublishedView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Weights as published: whole every {@code anchorEvery} versions and after a restart, in between as
 * what changed in the published element type. Where deltas are made it keeps one copy of the newest
 * version that was committed, in native memory. For the training thread.
 */
public final class WeightPublisher implements AutoCloseable {

  private final ElementType type;
  private final int anchorEvery;
  private final List<StoredTensor> parent = new ArrayList<>();
  private List<PublishedTensor> staged = List.of();
  private long parentVersion = -1;
  private long stagedVersion = -1;
  private long anchorVersion = -1;

  public WeightPublisher(ElementType type, int anchorEvery) {
    if (anchorEvery < 1) {
      throw new IllegalArgumentException("anchor-every must be at least 1, got " + anchorEvery);
    }
    this.type = type;
    this.anchorEvery = anchorEvery;
  }

  public ElementType type() {
    return type;
  }

  /**
   * Makes these weights the version to publish. They are read where they lie, and must not change
   * until {@link #committed} is called.
   */
  public void stage(long version, Weights weights) {
    List<PublishedTensor> tensors = new ArrayList<>();
    for (NativeTensor tensor : weights.tensors()) {
      tensors.add(PublishedView.of(type, tensor));
    }
    staged = tensors;
    stagedVersion = version;
    if (anchor()) {
      anchorVersion = version;
    }
  }

  /** Makes the next version be published whole, whatever its number. */
  public void wholeNext() {
    parentVersion = -1;
  }

  /** Whether the staged version is published whole. */
  public boolean anchor() {
    return parent.isEmpty()
        || parentVersion != stagedVersion - 1
        || stagedVersion % anchorEvery == 0;
  }

  /** Newest version up to the staged one that was published whole. */
  public long anchorVersion() {
    return anchorVersion;
  }

  /** Bytes of all weights of the staged version, before compression. */
  public long wholeBytes() {
    return staged.stream().mapToLong(PublishedTensor::bytes).sum();
  }

  /** The staged version's chunks; the same ones each time. */
  public void chunks(Consumer<WeightChunk> out) {
    WeightChunkEncoder encoder = new WeightChunkEncoder(stagedVersion, type, out);
    boolean whole = anchor();
    for (int i = 0; i < staged.size(); i++) {
      if (whole) {
        encoder.whole(staged.get(i));
      } else {
        encoder.changed(parent.get(i), staged.get(i));
      }
    }
  }

  /** The staged version has been committed: the next one is its child. */
  public void committed() {
    if (anchorEvery == 1) {
      return;
    }
    if (parent.isEmpty()) {
      for (PublishedTensor tensor : staged) {
        parent.add(NativeWeights.allocate(type, tensor.name(), tensor.shape()));
      }
    }
    parentVersion = -1;
    for (int i = 0; i < staged.size(); i++) {
      parent.get(i).copyOf(staged.get(i));
    }
    parentVersion = stagedVersion;
  }

  @Override
  public void close() {
    parent.forEach(StoredTensor::close);
    parent.clear();
  }
}
