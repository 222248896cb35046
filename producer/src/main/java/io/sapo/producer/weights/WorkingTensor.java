package io.sapo.producer.weights;

import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TypedView;
import io.sapo.policy.tensor.WritableTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor of a working copy, seen in the published type. The working copy is all there is of the
 * published elements: widening them to float32 and rounding back gives the same bits.
 */
record WorkingTensor(ElementType type, NativeTensor weights, WritableTensor tensor)
    implements StoredTensor {

  /**
   * @param weights stays the caller's
   */
  static WorkingTensor of(ElementType type, NativeTensor weights) {
    return new WorkingTensor(
        type,
        weights,
        TypedView.of(weights, io.sapo.policy.tensor.ElementType.valueOf(type.name())));
  }

  @Override
  public String name() {
    return tensor.spec().name();
  }

  @Override
  public long[] shape() {
    return tensor.spec().shape();
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    tensor.read(begin, length, reader);
  }

  @Override
  public void write(long begin, ByteBuffer bytes) {
    tensor.write(begin, bytes);
  }

  @Override
  public void scatter(long[] places, ByteBuffer values) {
    tensor.scatter(places, values);
  }

  /** Between working copies nothing need be rounded. */
  @Override
  public void copyOf(PublishedTensor other) {
    if (other instanceof WorkingTensor that) {
      TensorCopy.copy(that.weights, weights);
    } else {
      StoredTensor.super.copyOf(other);
    }
  }

  /** The memory is that of the working copy. */
  @Override
  public void close() {}
}
