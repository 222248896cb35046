package io.sapo.standalone.plan;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.util.cuda.CudaUtils;
import java.util.OptionalLong;

/** Memory of an accelerator of this machine. */
final class DeviceMemory {
  private DeviceMemory() {}

  /** All that it has, used or not; empty for a CPU, and where CUDA's runtime does not say. */
  static OptionalLong of(Device device) {
    if (!device.isGpu()) {
      return OptionalLong.empty();
    }
    try {
      long most = CudaUtils.getGpuMemory(device).getMax();
      return most > 0 ? OptionalLong.of(most) : OptionalLong.empty();
    } catch (IllegalArgumentException | IllegalStateException | EngineException | LinkageError e) {
      return OptionalLong.empty(); // no such device, or no runtime library that could be asked
    }
  }
}
