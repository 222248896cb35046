package io.sapo.policy.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sapo.testing.ProcessMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NativeHeapTest {
  private static final int PIECES = 4096;
  private static final int PIECE_FLOATS = 16 << 10;
  private static final long ALL = (long) PIECES * PIECE_FLOATS * Float.BYTES;

  @Test
  void memoryThatWasFreedInPiecesGoesBack() throws Exception {
    assumeTrue(knowsTheCommand(), "this JVM has no System.trim_native_heap");
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      List<NDArray> pieces = new ArrayList<>();
      for (int i = 0; i < PIECES; i++) {
        pieces.add(manager.ones(new Shape(PIECE_FLOATS)));
      }
      // The last piece stays: malloc gives back the heap's end by itself, never what lies below.
      pieces.subList(0, PIECES - 1).forEach(NDArray::close);
      long freed = ProcessMemory.residentBytes();
      NativeHeap.trim();
      assertThat(freed - ProcessMemory.residentBytes()).isGreaterThan(ALL / 2);
      assertThat(pieces.get(PIECES - 1).getFloat(0)).isEqualTo(1);
    }
  }

  private static boolean knowsTheCommand() throws Exception {
    ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
    return Arrays.stream(
            ManagementFactory.getPlatformMBeanServer().getMBeanInfo(commands).getOperations())
        .map(MBeanOperationInfo::getName)
        .anyMatch("systemTrimNativeHeap"::equals);
  }
}
