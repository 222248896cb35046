package io.sapo.learner.replay;

/**
 * A tensor that came out differently.
 *
 * @param part actor, critic, or the optimizer of either
 * @param against what it was compared with
 * @param elements how many elements differ
 * @param largest absolute difference; NaN when the tensor is missing or of another shape there
 */
public record TensorDifference(
    String part, String tensor, String against, long elements, double largest) {

  static TensorDifference missing(String part, String tensor, String against) {
    return new TensorDifference(part, tensor, against, 0, Double.NaN);
  }

  /** Null when bit-identical. */
  static TensorDifference between(
      String part, String tensor, String against, float[] found, float[] expected) {
    if (found.length != expected.length) {
      return missing(part, tensor, against);
    }
    long elements = 0;
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      if (Float.floatToRawIntBits(found[i]) != Float.floatToRawIntBits(expected[i])) {
        elements++;
        largest = Math.max(largest, Math.abs((double) found[i] - expected[i]));
      }
    }
    return elements == 0 ? null : new TensorDifference(part, tensor, against, elements, largest);
  }
}
