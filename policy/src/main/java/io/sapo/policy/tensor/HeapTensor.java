package io.sapo.policy.tensor;

import io.sapo.policy.checkpoint.ElementType;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/** A small tensor on the heap, float32. */
public final class HeapTensor implements TensorData {
  private final TensorSpec spec;
  private final ByteBuffer bytes;

  public HeapTensor(NamedTensor tensor) {
    this.spec = tensor.spec();
    this.bytes =
        ByteBuffer.allocate(tensor.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(tensor.values());
  }

  @Override
  public TensorSpec spec() {
    return spec;
  }

  @Override
  public ElementType type() {
    return ElementType.F32;
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    reader.accept(
        bytes.slice((int) begin, length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }
}
