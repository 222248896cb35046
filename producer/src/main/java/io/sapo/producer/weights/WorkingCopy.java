package io.sapo.producer.weights;

import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorDigest;
import io.sapo.policy.tensor.TensorSpec;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.StoredTensor;
import io.sapo.schemas.weights.WeightFormatException;
import io.sapo.weights.PublishedView;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Weights on the device, and what is known of the version that they hold. Written by the follower's
 * thread while nobody uses them.
 */
final class WorkingCopy implements AutoCloseable {
  private final Weights weights;
  private final Map<String, TensorSpec> specs;
  private PublishedWeights published;

  WorkingCopy(BaseModel base) {
    weights = Weights.zeros(base, Head.LANGUAGE_MODEL);
    specs =
        weights.specs().stream().collect(Collectors.toMap(TensorSpec::name, Function.identity()));
    become(ElementType.F32);
  }

  Weights weights() {
    return weights;
  }

  /** What it holds. */
  PublishedWeights published() {
    return published;
  }

  /** Makes this hold what the other one does. */
  void become(WorkingCopy other) {
    if (published.type() != other.published.type()) {
      become(other.published.type());
    }
    if (published.version() != other.published.version()) {
      published.copyOf(other.published);
    }
  }

  /** Makes this ready for an anchor published in this type. */
  void become(ElementType type) {
    if (published == null || published.type() != type) {
      published = new PublishedWeights(type, this::tensor);
    }
  }

  private StoredTensor tensor(ElementType type, String name, long[] shape) {
    TensorSpec spec = specs.get(name);
    if (spec == null || !Arrays.equals(spec.shape(), shape)) {
      throw new IllegalArgumentException(
          "%s is not of this producer's model%s"
              .formatted(new TensorSpec(name, shape), spec == null ? "" : ", which has " + spec));
    }
    return PublishedView.exact(type, weights.tensor(name));
  }

  /**
   * Digest of all tensors as they are published, see {@link TensorDigest}.
   *
   * @throws WeightFormatException where one of the model's tensors was not published
   */
  String sha256() {
    return TensorDigest.combined(
        weights.specs(),
        io.sapo.policy.tensor.ElementType.valueOf(published.type().name()),
        spec -> {
          String sha256 = published.sha256(spec.name());
          if (sha256 == null) {
            throw new WeightFormatException(
                "version %d is not of this producer's model: weights need tensor %s"
                    .formatted(published.version(), spec));
          }
          return sha256;
        });
  }

  @Override
  public void close() {
    weights.close();
  }
}
