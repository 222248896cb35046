package io.sapo.policy.checkpoint;

/**
 * A tensor's values on the heap, row-major.
 *
 * @param values owned by the record; never written after construction
 */
public record NamedTensor(TensorSpec spec, float[] values) {
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
}
