package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;

/** Where the tensors of published weights are kept. */
public interface TensorStore {
  /**
   * A tensor whose elements are still to be written.
   *
   * @throws IllegalArgumentException where this store is for other tensors; the message goes on
   *     from "tensor NAME: "
   */
  StoredTensor allocate(ElementType type, String name, long[] shape);
}
