package io.sapo.producer.weights;

import io.sapo.policy.tensor.WritableTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor of a working copy, seen in the published type. The working copy is all there is of the
 * published elements: widening them to float32 and rounding back gives the same bits.
 */
record WorkingTensor(ElementType type, WritableTensor tensor) implements StoredTensor {
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

  /** The memory is that of the working copy. */
  @Override
  public void close() {}
}
