package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/** Elements that are no numbers: NaN and the infinities, whose exponents have all bits set. */
public final class NonFinite {
  private static final int F32_EXPONENT = 0x7f800000;
  private static final int BF16_EXPONENT = 0x7f80;
  private static final int F16_EXPONENT = 0x7c00;

  private NonFinite() {}

  /** Place of the first one in row-major order; empty where there is none. */
  public static OptionalLong first(TensorData tensor) {
    if (!tensor.type().floating()) {
      return OptionalLong.empty();
    }
    long[] state = {0, -1};
    tensor.forEachWindow(
        window -> {
          if (state[1] < 0) {
            int found = within(window.order(ByteOrder.LITTLE_ENDIAN), tensor.type());
            state[1] = found < 0 ? -1 : state[0] + found;
            state[0] += window.remaining() / tensor.type().bytes();
          }
        });
    return state[1] < 0 ? OptionalLong.empty() : OptionalLong.of(state[1]);
  }

  private static int within(ByteBuffer window, ElementType type) {
    int begin = window.position();
    int count = window.remaining() / type.bytes();
    int exponent =
        switch (type) {
          case F32 -> F32_EXPONENT;
          case BF16 -> BF16_EXPONENT;
          default -> F16_EXPONENT;
        };
    for (int i = 0; i < count; i++) {
      int bits =
          type == ElementType.F32
              ? window.getInt(begin + Integer.BYTES * i)
              : window.getShort(begin + Short.BYTES * i);
      if ((bits & exponent) == exponent) {
        return i;
      }
    }
    return -1;
  }
}
