package io.sapo.standalone.run;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Which engine computes in this process, and how much of its GPUs' memory is in use, by anybody.
 */
final class DjlMetrics implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    Engine engine = Engine.getInstance();
    Gauge.builder("djl.info", () -> 1)
        .description("The engine and its version")
        .tag("djl", Engine.getDjlVersion())
        .tag("engine", engine.getEngineName())
        .tag("version", engine.getVersion())
        .register(registry);
    Gauge.builder("djl.gpus", engine::getGpuCount)
        .description("GPUs that the engine can use")
        .register(registry);
    for (int i = 0; i < engine.getGpuCount(); i++) {
      Device gpu = Device.gpu(i);
      Gauge.builder("djl.gpu.memory.used", () -> CudaUtils.getGpuMemory(gpu).getUsed())
          .baseUnit("bytes")
          .description("Memory of the GPU that is taken, by this and other processes")
          .tag("device", gpu.toString())
          .register(registry);
    }
  }
}
