package io.sapo.policy.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class NativeArraysTest {

  @Test
  void holdWhatTheyWereMadeFrom() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray floats = NativeArrays.floats(manager, new float[] {1, -2.5f, Float.NaN, 4}, 2, 2);
      assertThat(floats.getShape()).isEqualTo(new Shape(2, 2));
      assertThat(floats.toFloatArray()).containsExactly(1, -2.5f, Float.NaN, 4);
      FloatBuffer middle = FloatBuffer.wrap(new float[] {1, 2, 3}, 1, 1);
      assertThat(NativeArrays.floats(manager, middle).toFloatArray()).containsExactly(2);
      assertThat(middle.remaining()).isOne();
      long[] longs = {Long.MIN_VALUE, 0, 7};
      assertThat(NativeArrays.longs(manager, longs).toLongArray()).containsExactly(longs);
      assertThat(NativeArrays.doubles(manager, new double[] {0.1}).toDoubleArray())
          .containsExactly(0.1);
      assertThat(NativeArrays.booleans(manager, new boolean[] {true, false}).toBooleanArray())
          .containsExactly(true, false);
      assertThat(NativeArrays.absent(manager).size()).isZero();
      assertThat(NativeArrays.longs(manager, new long[0]).getShape()).isEqualTo(new Shape(0));
    }
  }

  @Test
  void takeNoDirectMemoryOfTheJavaVirtualMachine() {
    BufferPoolMXBean direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    try (NDManager manager = NDManager.newBaseManager()) {
      long before = direct.getTotalCapacity();
      NDArray array = NativeArrays.floats(manager, new float[1 << 22]);
      assertThat(array.size()).isEqualTo(1 << 22);
      assertThat(direct.getTotalCapacity() - before).isLessThan(1 << 20);
    }
  }

  @Test
  void shapeAndCountMustAgree() {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(() -> NativeArrays.longs(manager, new long[3], 2, 2))
          .hasMessageContaining("3 values")
          .hasMessageContaining("(2, 2)");
    }
  }
}
