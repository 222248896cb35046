package io.sapo.learner.commit;

import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.NativeTensor;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.WeightChunkEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Weights as published: whole every {@code anchorEvery} versions and after a restart, in between as
 * what changed in the published element type. Keeps the parent's tensors on the heap where deltas
 * are made. For the training thread.
 */
public final class WeightPublisher {

  private final ElementType type;
  private final int anchorEvery;
  private List<PublishedTensor> parent;
  private List<PublishedTensor> current;
  private long parentVersion = -1;
  private long currentVersion = -1;
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

  /** Takes a copy of a version's weights; {@link #chunks} publishes it. */
  public void stage(long version, Weights weights) {
    parent = anchorEvery > 1 ? current : null;
    parentVersion = currentVersion;
    List<PublishedTensor> tensors = new ArrayList<>();
    for (NativeTensor tensor : weights.tensors()) {
      TensorSpec spec = tensor.spec();
      tensors.add(PublishedTensor.of(type, spec.name(), spec.shape(), TensorCopy.floats(tensor)));
    }
    current = tensors;
    currentVersion = version;
    if (anchor()) {
      anchorVersion = version;
    }
  }

  /** Whether the staged version is published whole. */
  public boolean anchor() {
    return parent == null
        || parentVersion != currentVersion - 1
        || currentVersion % anchorEvery == 0;
  }

  /** Newest version up to the staged one that was published whole. */
  public long anchorVersion() {
    return anchorVersion;
  }

  /** Bytes of all weights of the staged version, before compression. */
  public long wholeBytes() {
    return current.stream().mapToLong(tensor -> tensor.elements().length).sum();
  }

  /** The staged version's chunks; the same ones each time. */
  public void chunks(Consumer<WeightChunk> out) {
    WeightChunkEncoder encoder = new WeightChunkEncoder(currentVersion, type, out);
    boolean whole = anchor();
    for (int i = 0; i < current.size(); i++) {
      if (whole) {
        encoder.whole(current.get(i));
      } else {
        encoder.changed(parent.get(i), current.get(i));
      }
    }
  }
}
