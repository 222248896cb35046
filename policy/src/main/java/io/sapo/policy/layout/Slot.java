package io.sapo.policy.layout;

import io.sapo.policy.tensor.TensorSpec;

/**
 * One place of the flat list of weights.
 *
 * @param tensor null where the configuration has none (a bias, say)
 * @param adapter whether the tensor belongs to a low-rank adapter, not to the checkpoint
 */
public record Slot(TensorSpec tensor, boolean adapter) {
  static final Slot ABSENT = new Slot(null, false);

  static Slot of(String name, long... shape) {
    return new Slot(new TensorSpec(name, shape), false);
  }

  static Slot adapter(TensorSpec tensor) {
    return new Slot(tensor, true);
  }

  public boolean present() {
    return tensor != null;
  }
}
