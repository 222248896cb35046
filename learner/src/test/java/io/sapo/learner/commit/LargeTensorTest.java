package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.sapo.learner.TestDevice;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.WeightChunkEncoder;
import io.sapo.weights.NativeWeights;
import io.sapo.weights.PublishedView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A trained tensor of 2.2 GB; see LargeModelTest for how to run it. */
@EnabledIfSystemProperty(named = "sapo.test.large", matches = "true")
class LargeTensorTest {
  private static final TensorSpec SPEC = new TensorSpec("large", new long[] {152_064, 3_584});

  @Test
  void isPublishedWholeAndAsWhatChangedInIt() {
    List<WeightChunk> anchor = new ArrayList<>();
    List<WeightChunk> delta = new ArrayList<>();
    try (NDManager manager = NDManager.newBaseManager(TestDevice.get(), "PyTorch");
        PublishedWeights followed = NativeWeights.of(ElementType.F32);
        PublishedWeights parent = NativeWeights.of(ElementType.F32)) {
      NativeTensor tensor =
          NativeTensor.zeros(manager, SPEC, io.sapo.policy.tensor.ElementType.F32);
      PublishedTensor view = PublishedView.of(ElementType.F32, tensor);
      tensor.write(view.bytes() - 8, values(1, 2));
      new WeightChunkEncoder(0, ElementType.F32, anchor::add).whole(view);
      followed.apply(0, -1, true, anchor.size(), anchor.iterator());
      parent.copyOf(followed);
      tensor.write(0, values(3));
      tensor.write(view.bytes() - 4, values(4));
      new WeightChunkEncoder(1, ElementType.F32, delta::add).changed(parent.tensors().get(0), view);
      assertThat(delta).singleElement().satisfies(c -> assertThat(c.getCount()).isEqualTo(2));
      followed.apply(1, 0, false, delta.size(), delta.iterator());
      assertThat(followed.sha256(SPEC.name())).isEqualTo(view.sha256());
      followed
          .tensors()
          .get(0)
          .read(
              view.bytes() - 8,
              8,
              end -> {
                assertThat(end.getFloat(0)).isEqualTo(1);
                assertThat(end.getFloat(4)).isEqualTo(4);
              });
    }
  }

  private static ByteBuffer values(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes;
  }
}
