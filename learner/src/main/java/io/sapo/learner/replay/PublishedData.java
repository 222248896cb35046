package io.sapo.learner.replay;

import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.schemas.weights.PublishedTensor;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A published tensor's elements. */
record PublishedData(PublishedTensor tensor) implements TensorData {
  @Override
  public TensorSpec spec() {
    return new TensorSpec(tensor.name(), tensor.shape());
  }

  @Override
  public ElementType type() {
    return ElementType.valueOf(tensor.type().name());
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    tensor.read(begin, length, reader);
  }
}
