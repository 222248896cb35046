package io.sapo.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process in RAM, as Linux counts it. */
public final class ProcessMemory {
  private ProcessMemory() {}

  public static long residentBytes() throws IOException {
    return bytes("VmRSS:");
  }

  /** The most that was resident since the start, or since {@link #forgetPeak}. */
  public static long peakBytes() throws IOException {
    return bytes("VmHWM:");
  }

  /** The peak begins with what is resident now. */
  public static void forgetPeak() throws IOException {
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
  }

  private static long bytes(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
