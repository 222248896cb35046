package io.sapo.policy.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** Elements from one tensor to another, window by window, into whatever type the target has. */
public final class TensorCopy {
  /** Elements converted at a time where their values pass through an array. */
  static final int PIECE_ELEMENTS = 1 << 16;

  private static final int PIECE = 1 << 20;

  private TensorCopy() {}

  /**
   * @throws IllegalArgumentException where the shapes differ
   */
  public static void copy(TensorData from, WritableTensor to) {
    if (!Arrays.equals(from.spec().shape(), to.spec().shape())) {
      throw new IllegalArgumentException(from.spec() + " does not fit into " + to.spec());
    }
    long[] at = {0};
    converted(
        from,
        to.type(),
        window -> {
          to.write(at[0], window);
          at[0] += window.remaining();
        });
  }

  /**
   * Shows all elements in order in another type, rounded to nearest with ties to even where that is
   * narrower.
   *
   * @param reader gets windows of at most {@link TensorData#WINDOW_BYTES}, valid during the call
   */
  public static void converted(TensorData from, ElementType type, Consumer<ByteBuffer> reader) {
    if (from.type() == type) {
      from.forEachWindow(reader);
      return;
    }
    ByteBuffer piece =
        ByteBuffer.allocateDirect((int) Math.min(PIECE, from.spec().elements()) * type.bytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    from.forEachWindow(
        window -> {
          while (window.hasRemaining()) {
            convert(window, from.type(), piece.clear(), type);
            reader.accept(piece.flip());
          }
        });
  }

  /** Moves as many elements as fit. */
  static void convert(ByteBuffer in, ElementType from, ByteBuffer out, ElementType to) {
    int count = Math.min(in.remaining() / from.bytes(), out.remaining() / to.bytes());
    float[] values = new float[count];
    switch (from) {
      case F32 -> in.asFloatBuffer().get(values);
      case BF16 -> widen(in.asShortBuffer(), values, true);
      case F16 -> widen(in.asShortBuffer(), values, false);
      default -> throw new IllegalArgumentException(from + " is no floating-point type");
    }
    in.position(in.position() + count * from.bytes());
    switch (to) {
      case F32 -> out.asFloatBuffer().put(values);
      case BF16 -> narrow(values, out.asShortBuffer(), true);
      case F16 -> narrow(values, out.asShortBuffer(), false);
      default -> throw new IllegalArgumentException("tensors are not rounded to " + to);
    }
    out.position(out.position() + count * to.bytes());
  }

  private static void widen(ShortBuffer in, float[] values, boolean bfloat16) {
    for (int i = 0; i < values.length; i++) {
      short bits = in.get(i);
      values[i] = bfloat16 ? HalfFloats.fromBfloat16(bits) : HalfFloats.fromFloat16(bits);
    }
  }

  private static void narrow(float[] values, ShortBuffer out, boolean bfloat16) {
    for (int i = 0; i < values.length; i++) {
      float value = values[i];
      out.put(i, bfloat16 ? HalfFloats.toBfloat16(value) : HalfFloats.toFloat16(value));
    }
  }

  /**
   * All values on the heap, widened to float32; for tensors that are known to be small, and tests.
   *
   * @throws ArithmeticException for more elements than an array holds
   */
  public static float[] floats(TensorData from) {
    float[] values = new float[Math.toIntExact(from.spec().elements())];
    FloatBuffer out = FloatBuffer.wrap(values);
    converted(from, ElementType.F32, window -> out.put(window.asFloatBuffer()));
    return values;
  }
}
