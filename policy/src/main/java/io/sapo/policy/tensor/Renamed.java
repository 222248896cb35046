package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A tensor under another name. */
public record Renamed(TensorSpec spec, TensorData tensor) implements TensorData {
  public static Renamed of(String name, TensorData tensor) {
    return new Renamed(new TensorSpec(name, tensor.spec().shape()), tensor);
  }

  @Override
  public ElementType type() {
    return tensor.type();
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    tensor.read(begin, length, reader);
  }
}
