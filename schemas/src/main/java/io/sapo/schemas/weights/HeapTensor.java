package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A small tensor on the Java heap, for tests and tools.
 *
 * @param elements little-endian, row-major; not copied
 */
public record HeapTensor(ElementType type, String name, long[] shape, byte[] elements)
    implements StoredTensor {

  public HeapTensor {
    long bytes = PublishedTensor.byteCount(type, name, shape);
    if (bytes != elements.length) {
      throw new IllegalArgumentException(
          "tensor %s has %d bytes, but its shape asks for %d"
              .formatted(name, elements.length, bytes));
    }
  }

  /** Zeros; serves as a {@link TensorStore}. */
  public static HeapTensor zeros(ElementType type, String name, long[] shape) {
    int bytes = Math.toIntExact(PublishedTensor.byteCount(type, name, shape));
    return new HeapTensor(type, name, shape.clone(), new byte[bytes]);
  }

  /** A copy of a tensor that lies elsewhere. */
  public static HeapTensor from(PublishedTensor tensor) {
    HeapTensor copy = zeros(tensor.type(), tensor.name(), tensor.shape());
    copy.copyOf(tensor);
    return copy;
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    reader.accept(
        ByteBuffer.wrap(elements, Math.toIntExact(begin), length)
            .slice()
            .asReadOnlyBuffer()
            .order(ByteOrder.LITTLE_ENDIAN));
  }

  @Override
  public void write(long begin, ByteBuffer bytes) {
    bytes.duplicate().get(elements, Math.toIntExact(begin), bytes.remaining());
  }

  @Override
  public void scatter(long[] places, ByteBuffer values) {
    int size = PublishedTensor.elementBytes(type);
    ByteBuffer in = values.duplicate();
    for (long place : places) {
      in.get(elements, Math.toIntExact(place * size), size);
    }
  }

  @Override
  public void close() {}

  @Override
  public boolean equals(Object other) {
    return other instanceof HeapTensor that
        && type == that.type
        && name.equals(that.name)
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(elements, that.elements);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name + Arrays.toString(shape);
  }
}
