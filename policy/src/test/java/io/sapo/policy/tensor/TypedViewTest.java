package io.sapo.policy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.script.NativeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TypedViewTest {
  private final NDManager manager = NDManager.newBaseManager(TestDevice.get(), "PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void bf16RoundsToNearestEven() {
    NativeTensor tensor = tensor(7);
    ByteBuffer bits = buffer(28);
    bits.asIntBuffer()
        .put(
            new int[] {
              0x3f800000,
              0x3f808000, // halfway, even below
              0x3f818000, // halfway, even above
              0x3f808001,
              Float.floatToRawIntBits(-Float.MAX_VALUE),
              Float.floatToRawIntBits(Float.POSITIVE_INFINITY),
              0x80000000
            });
    tensor.write(0, bits);
    short[] seen = new short[7];
    TypedView.of(tensor, ElementType.BF16).read(0, 14, w -> w.asShortBuffer().get(seen));
    assertThat(seen)
        .containsExactly(
            0x3f80, 0x3f80, 0x3f82, 0x3f81, (short) 0xff80, (short) 0x7f80, (short) 0x8000);
  }

  @Test
  void whatIsWrittenAsBf16IsReadAsFloat32() {
    int count = (1 << 16) + 3;
    NativeTensor tensor = tensor(count);
    WritableTensor view = TypedView.of(tensor, ElementType.BF16);
    ByteBuffer bits = buffer(2 * count);
    for (int i = 0; i < count; i++) {
      bits.putShort((short) (0x3f00 + i % 128));
    }
    view.write(0, bits.flip());
    float[] floats = TensorCopy.floats(tensor);
    for (int i = 0; i < count; i++) {
      assertThat(floats[i]).isEqualTo(Float.intBitsToFloat(0x3f00 + i % 128 << 16));
    }
    view.read(0, 2 * count, window -> assertThat(window).isEqualTo(bits));
    assertThat(TensorDigest.sha256(view)).isNotEqualTo(TensorDigest.sha256(tensor));
  }

  /** What the device rounds and what is rounded here are the same bits. */
  @Test
  void anyNumberIsRoundedAsByHand() {
    int count = 300_000;
    NativeTensor tensor = tensor(count);
    ByteBuffer bits = buffer(4 * count);
    new Random(7)
        .ints()
        .filter(i -> !Float.isNaN(Float.intBitsToFloat(i)))
        .limit(count)
        .forEach(bits::putInt);
    tensor.write(0, bits.flip());
    WritableTensor view = TypedView.of(tensor, ElementType.BF16);
    view.read(
        2,
        2 * count - 2,
        window -> {
          for (int i = 1; i < count; i++) {
            assertThat(window.getShort(2 * (i - 1)))
                .isEqualTo(HalfFloats.toBfloat16(bits.getFloat(4 * i)));
          }
        });
  }

  @Test
  void singleElementsAreReplaced() {
    for (ElementType type : new ElementType[] {ElementType.F32, ElementType.BF16}) {
      NativeTensor tensor = tensor(10);
      ByteBuffer values = buffer(2 * type.bytes());
      values.position(0);
      if (type == ElementType.F32) {
        values.putFloat(1.5f).putFloat(-2f);
      } else {
        values.putShort((short) 0x3fc0).putShort((short) 0xc000);
      }
      TypedView.of(tensor, type).scatter(new long[] {3, 9}, values.flip());
      assertThat(TensorCopy.floats(tensor)).containsExactly(0, 0, 0, 1.5f, 0, 0, 0, 0, 0, -2f);
    }
  }

  private NativeTensor tensor(int count) {
    return NativeTensor.zeros(manager, new TensorSpec("t", new long[] {count}), ElementType.F32);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
