package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedArraysTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 2048})
  void unpackingIsTheInverseOfPacking(int count) {
    Random random = new Random(count);
    int[] ints = random.ints(count).toArray();
    double[] doubles = random.longs(count).mapToDouble(Double::longBitsToDouble).toArray();
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = Float.intBitsToFloat(random.nextInt());
    }

    assertThat(PackedArrays.ints(PackedArrays.pack(ints))).isEqualTo(ints);
    assertThat(PackedArrays.floats(PackedArrays.pack(floats))).isEqualTo(floats);
    assertThat(PackedArrays.doubles(PackedArrays.pack(doubles))).isEqualTo(doubles);
    assertThat(PackedArrays.count(PackedArrays.pack(doubles), Double.BYTES)).isEqualTo(count);
  }

  @Test
  void theLowByteComesFirst() {
    assertThat(PackedArrays.pack(new int[] {0x04030201}).array()).containsExactly(1, 2, 3, 4);
    assertThat(PackedArrays.pack(new float[] {1f}).array()).containsExactly(0, 0, 0x80, 0x3F);
    assertThat(PackedArrays.pack(new double[] {-2.0}).array())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0xC0);
  }

  @Test
  void aPartOfABufferIsReadAndLeftAsItWas() {
    ByteBuffer bytes =
        ByteBuffer.wrap(new byte[] {9, 9, 9, 5, 0, 0, 0, 6, 0, 0, 0, 9})
            .order(ByteOrder.BIG_ENDIAN)
            .position(3)
            .limit(11);

    assertThat(PackedArrays.ints(bytes)).containsExactly(5, 6);
    assertThat(PackedArrays.ints(bytes.asReadOnlyBuffer())).containsExactly(5, 6);
    assertThat(bytes.position()).isEqualTo(3);
    assertThat(bytes.limit()).isEqualTo(11);
    assertThat(bytes.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
  }

  @Test
  void packedBuffersAreReadyToBeRead() {
    ByteBuffer bytes = PackedArrays.pack(new int[] {1, 2});
    assertThat(bytes.position()).isZero();
    assertThat(bytes.remaining()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 9})
  void oddLengthsAreRefused(int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    assertThatThrownBy(() -> PackedArrays.ints(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(length + " bytes");
    assertThatThrownBy(() -> PackedArrays.floats(bytes))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PackedArrays.doubles(bytes))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
