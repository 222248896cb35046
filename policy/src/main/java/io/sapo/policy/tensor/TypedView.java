package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A tensor seen in another element type: what is read is rounded to nearest with ties to even where
 * that is narrower, what is written is converted to the type of the tensor.
 */
public final class TypedView implements WritableTensor {
  private final WritableTensor tensor;
  private final ElementType type;

  private TypedView(WritableTensor tensor, ElementType type) {
    this.tensor = tensor;
    this.type = type;
  }

  /** The tensor itself where it has the type. */
  public static WritableTensor of(WritableTensor tensor, ElementType type) {
    return tensor.type() == type ? tensor : new TypedView(tensor, type);
  }

  @Override
  public TensorSpec spec() {
    return tensor.spec();
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    tensor.readAs(type, begin / type.bytes(), length / type.bytes(), reader);
  }

  @Override
  public void write(long begin, ByteBuffer bytes) {
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer piece = buffer(TensorCopy.PIECE_ELEMENTS * tensor.type().bytes());
    long at = begin / type.bytes();
    while (in.hasRemaining()) {
      TensorCopy.convert(in, type, piece.clear(), tensor.type());
      tensor.write(at * tensor.type().bytes(), piece.flip());
      at += piece.limit() / tensor.type().bytes();
    }
  }

  @Override
  public void scatter(long[] places, ByteBuffer values) {
    ByteBuffer converted = buffer(places.length * tensor.type().bytes());
    TensorCopy.convert(
        values.duplicate().order(ByteOrder.LITTLE_ENDIAN), type, converted, tensor.type());
    tensor.scatter(places, converted.flip());
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
