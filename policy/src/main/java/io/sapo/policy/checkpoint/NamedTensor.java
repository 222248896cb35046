package io.sapo.policy.checkpoint;

import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A small tensor's float32 values on the heap, row-major.
 *
 * @param values owned by the record; never written after construction
 */
public record NamedTensor(TensorSpec spec, float[] values) implements TensorData {
  public NamedTensor {
    if (spec.elements() != values.length) {
      throw new IllegalArgumentException(spec + " cannot hold " + values.length + " values");
    }
  }

  public static NamedTensor of(String name, long[] shape, float[] values) {
    return new NamedTensor(new TensorSpec(name, shape), values);
  }

  public String name() {
    return spec.name();
  }

  public long[] shape() {
    return spec.shape();
  }

  @Override
  public ElementType type() {
    return ElementType.F32;
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, Math.toIntExact(begin / Float.BYTES), length / Float.BYTES);
    reader.accept(bytes);
  }
}
