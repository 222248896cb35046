package io.sapo.learner.replay;

import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.HalfFloats;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TensorData;
import java.nio.ByteBuffer;
import java.util.Arrays;

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

  /**
   * Null when bit-identical.
   *
   * @param found compared in the type of {@code expected}
   */
  static TensorDifference between(
      String part, String tensor, String against, TensorData found, TensorData expected) {
    if (!Arrays.equals(found.spec().shape(), expected.spec().shape())) {
      return missing(part, tensor, against);
    }
    Comparison comparison = new Comparison(expected);
    TensorCopy.converted(found, expected.type(), comparison::window);
    return comparison.elements == 0
        ? null
        : new TensorDifference(part, tensor, against, comparison.elements, comparison.largest);
  }

  /**
   * Sum of absolute differences.
   *
   * @param found compared in the type of {@code expected}
   * @throws IllegalArgumentException where there is no such tensor, or it has another shape
   */
  static double sum(TensorData found, TensorData expected) {
    if (found == null || !Arrays.equals(found.spec().shape(), expected.spec().shape())) {
      throw new IllegalArgumentException(expected.spec() + " is not on both sides");
    }
    Comparison comparison = new Comparison(expected);
    TensorCopy.converted(found, expected.type(), comparison::window);
    return comparison.sum;
  }

  /** Goes along a tensor, window by window. */
  private static final class Comparison {
    private final TensorData expected;
    private long at;
    private long elements;
    private double largest;
    private double sum;

    Comparison(TensorData expected) {
      this.expected = expected;
    }

    void window(ByteBuffer found) {
      int length = found.remaining();
      expected.read(at, length, other -> compare(found, other));
      at += length;
    }

    private void compare(ByteBuffer found, ByteBuffer other) {
      if (found.equals(other)) {
        return;
      }
      boolean wide = expected.type() == ElementType.F32;
      while (found.hasRemaining()) {
        float one = wide ? found.getFloat() : HalfFloats.fromBfloat16(found.getShort());
        float two = wide ? other.getFloat() : HalfFloats.fromBfloat16(other.getShort());
        if (Float.floatToRawIntBits(one) != Float.floatToRawIntBits(two)) {
          elements++;
          double difference = Math.abs((double) one - two);
          largest = Math.max(largest, difference);
          sum += difference;
        }
      }
    }
  }
}
