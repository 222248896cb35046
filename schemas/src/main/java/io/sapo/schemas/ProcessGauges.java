package io.sapo.schemas;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** What every component's heartbeat says of the process it lives in, beside its own gauges. */
public final class ProcessGauges {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessGauges() {}

  /** The gauges given and those of this process. */
  public static SortedMap<String, Double> addedTo(Map<String, Double> gauges) {
    SortedMap<String, Double> all = new TreeMap<>(gauges);
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    all.put("process_heap_used_bytes", (double) memory.getHeapMemoryUsage().getUsed());
    residentBytes().ifPresent(bytes -> all.put("process_resident_bytes", bytes));
    nativeBytes().ifPresent(bytes -> all.put("process_native_bytes", bytes));
    all.put("process_gc_seconds_total", gcSeconds());
    all.put("process_threads", (double) ManagementFactory.getThreadMXBean().getThreadCount());
    return all;
  }

  private static double gcSeconds() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum()
        / 1e3;
  }

  /** Memory of the process in RAM: heap, native tensors and all else; empty where not known. */
  public static OptionalDouble residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return OptionalDouble.of(1024.0 * Long.parseLong(line.replaceAll("\\D", "")));
        }
      }
      return OptionalDouble.empty();
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  /**
   * Memory in RAM beyond what the JVM has committed: tensors, mostly. Heap that was committed and
   * never touched makes it too small, never below 0.
   */
  public static OptionalDouble nativeBytes() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long committed =
        memory.getHeapMemoryUsage().getCommitted() + memory.getNonHeapMemoryUsage().getCommitted();
    OptionalDouble resident = residentBytes();
    return resident.isEmpty()
        ? resident
        : OptionalDouble.of(Math.max(0, resident.getAsDouble() - committed));
  }
}
