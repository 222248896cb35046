package io.sapo.policy.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonFiniteTest {
  /** Larger than a window, so that the place is counted over windows. */
  private static final int ELEMENTS = TensorData.WINDOW_BYTES / 2 + 5;

  private record Stored(TensorSpec spec, ElementType type, ByteBuffer elements)
      implements TensorData {
    @Override
    public void read(long begin, int length, Consumer<ByteBuffer> reader) {
      reader.accept(elements.slice((int) begin, length).asReadOnlyBuffer());
    }
  }

  private static Stored zeros(ElementType type, int count) {
    ByteBuffer elements = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    return new Stored(new TensorSpec("weight", new long[] {count}), type, elements);
  }

  @ParameterizedTest
  @CsvSource({
    "BF16, 7f80",
    "BF16, ff80",
    "BF16, 7fc0",
    "BF16, 7f81",
    "F16, 7c00",
    "F16, fc00",
    "F16, 7e00"
  })
  void isFoundInTheSecondWindow(ElementType type, String bits) {
    Stored tensor = zeros(type, ELEMENTS);
    int place = ELEMENTS - 2;
    tensor.elements().putShort(2 * place, (short) Integer.parseInt(bits, 16));
    assertThat(NonFinite.first(tensor)).hasValue(place);
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void isFoundInFloat32(float value) {
    Stored tensor = zeros(ElementType.F32, 5);
    tensor.elements().putFloat(12, value).putFloat(16, value);
    assertThat(NonFinite.first(tensor)).hasValue(3);
  }

  @Test
  void theLargestNumbersAreFinite() {
    Stored single = zeros(ElementType.F32, 2);
    single.elements().putFloat(0, Float.MAX_VALUE).putFloat(4, -Float.MAX_VALUE);
    Stored brain = zeros(ElementType.BF16, 2);
    brain.elements().putShort(0, (short) 0x7f7f).putShort(2, (short) 0xff7f);
    Stored half = zeros(ElementType.F16, 2);
    half.elements().putShort(0, (short) 0x7bff).putShort(2, (short) 0xfbff);
    assertThat(NonFinite.first(single)).isEmpty();
    assertThat(NonFinite.first(brain)).isEmpty();
    assertThat(NonFinite.first(half)).isEmpty();
  }
}
