package io.sapo.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.TensorDigest;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.StoredTensor;
import java.util.List;

/** Published weights in the processor's native memory, in the published type. */
public final class NativeWeights {
  private NativeWeights() {}

  /** Of no version yet; the caller closes them. */
  public static PublishedWeights of(ElementType type) {
    return new PublishedWeights(type, NativeWeights::allocate);
  }

  /** One tensor, which frees its memory when it is closed. */
  public static StoredTensor allocate(ElementType type, String name, long[] shape) {
    NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    try {
      NativeTensor tensor =
          NativeTensor.zeros(manager, new TensorSpec(name, shape), PublishedView.elementType(type));
      return new PublishedView(type, tensor, tensor, manager::close);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Digest of all tensors as they are published, see {@link TensorDigest}. */
  public static String sha256(PublishedWeights weights) {
    List<TensorSpec> specs =
        weights.tensors().stream()
            .map(tensor -> new TensorSpec(tensor.name(), tensor.shape()))
            .toList();
    return TensorDigest.combined(
        specs, PublishedView.elementType(weights.type()), spec -> weights.sha256(spec.name()));
  }
}
