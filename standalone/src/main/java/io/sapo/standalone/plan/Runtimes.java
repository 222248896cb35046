package io.sapo.standalone.plan;

import java.util.ArrayList;
import java.util.List;

/** What a process takes whatever the model, as measured; see docs/real-models.md. */
final class Runtimes {
  /** Code, classes, compiler and thread stacks of the JVM. */
  private static final long JVM = 110L << 20;

  /** libtorch for CPUs: its code, its tables and what its allocator holds back. */
  private static final long LIBTORCH = 110L << 20;

  /**
   * libtorch for CUDA: host memory of its code and of pinned buffers, and a context on the device.
   */
  private static final long CUDA_HOST = 3L << 30;

  static final long CUDA_CONTEXT = 900L << 20;

  private Runtimes() {}

  /** Of a process that computes. */
  static List<Part> computing(Workload work) {
    List<Part> parts = new ArrayList<>(jvm(work.heapBytes()));
    parts.add(
        Part.host(
            "libtorch", work.gpu() ? CUDA_HOST : LIBTORCH, "measured, the same for every model"));
    if (work.gpu()) {
      parts.add(Part.device("CUDA context", CUDA_CONTEXT, "one a process"));
    }
    return parts;
  }

  static List<Part> jvm(long heapBytes) {
    return List.of(
        Part.host("Java heap", heapBytes, "taken whole at the start, the same for every model"),
        Part.host("JVM", JVM, "measured, the same for every model"));
  }
}
