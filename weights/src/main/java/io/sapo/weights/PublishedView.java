package io.sapo.weights;

import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TypedView;
import io.sapo.policy.tensor.WritableTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A tensor of a network, seen in the published type.
 *
 * @param tensor in that type
 * @param exact the tensor itself where it holds published elements alone, if in a wider type: to
 *     widen one to float32 and to round it back gives the same bits; null where the view rounds
 * @param owner of the memory
 */
public record PublishedView(
    ElementType type, WritableTensor tensor, WritableTensor exact, Owner owner)
    implements StoredTensor {
  private static final Owner SOMEBODY_ELSE = () -> {};

  /** Frees a tensor's memory. */
  public interface Owner {
    void free();
  }

  /** What would be published of a tensor that stays somebody else's. */
  public static PublishedView of(ElementType type, WritableTensor tensor) {
    return new PublishedView(type, typed(type, tensor), null, SOMEBODY_ELSE);
  }

  /** Of a tensor to which nothing but published elements is written; it stays somebody else's. */
  public static PublishedView exact(ElementType type, WritableTensor tensor) {
    return new PublishedView(type, typed(type, tensor), tensor, SOMEBODY_ELSE);
  }

  private static WritableTensor typed(ElementType type, WritableTensor tensor) {
    return TypedView.of(tensor, elementType(type));
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

  /** Between tensors of published elements nothing need be rounded. */
  @Override
  public void copyOf(PublishedTensor other) {
    if (exact != null && other instanceof PublishedView that && that.exact != null) {
      TensorCopy.copy(that.exact, exact);
    } else {
      StoredTensor.super.copyOf(other);
    }
  }

  @Override
  public void close() {
    owner.free();
  }
}
