package io.sapo.learner.commit;

import io.sapo.policy.tensor.TypedView;
import io.sapo.policy.tensor.WritableTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor as it is published.
 *
 * @param owner of the tensor's memory
 */
record FlowingTensor(ElementType type, WritableTensor tensor, Owner owner) implements StoredTensor {

  /** Frees a tensor's memory. */
  interface Owner {
    void free();
  }

  /** What would be published of a tensor that stays somebody else's. */
  static PublishedTensor view(ElementType type, WritableTensor tensor) {
    return new FlowingTensor(type, TypedView.of(tensor, elementType(type)), () -> {});
  }

  static io.sapo.policy.tensor.ElementType elementType(ElementType type) {
    return io.sapo.policy.tensor.ElementType.valueOf(type.name());
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

  @Override
  public void close() {
    owner.free();
  }
}
