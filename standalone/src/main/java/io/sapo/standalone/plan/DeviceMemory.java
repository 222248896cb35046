package io.sapo.standalone.plan;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.util.Optional;

/**
 * Memory of an accelerator of this machine.
 *
 * @param all that it has, used or not
 * @param taken by others, such as an inference server on the same card
 */
record DeviceMemory(long all, long taken) {
  /** Empty for a CPU, and where CUDA's runtime does not say. */
  static Optional<DeviceMemory> of(Device device) {
    if (!device.isGpu()) {
      return Optional.empty();
    }
    try {
      MemoryUsage memory = CudaUtils.getGpuMemory(device);
      return memory.getMax() > 0
          ? Optional.of(of(memory.getMax(), memory.getUsed()))
          : Optional.empty();
    } catch (IllegalArgumentException | IllegalStateException | EngineException | LinkageError e) {
      return Optional.empty(); // no such device, or no runtime library that could be asked
    }
  }

  static DeviceMemory of(long all, long used) {
    // Asking makes the context that each need counts as well.
    return new DeviceMemory(all, Math.max(0, used - Runtimes.CUDA_CONTEXT));
  }
}
