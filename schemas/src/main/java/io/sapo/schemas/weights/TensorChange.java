package io.sapo.schemas.weights;

/**
 * Where a version's tensor differs from its parent's.
 *
 * @param tensor as it is now
 * @param places indices of the elements that were listed, ascending; null when the whole tensor was
 */
public record TensorChange(PublishedTensor tensor, int[] places) {

  /** The elements at {@link #places}, widened to float32. */
  public float[] floats() {
    return places == null ? tensor.floats() : tensor.floats(places);
  }
}
