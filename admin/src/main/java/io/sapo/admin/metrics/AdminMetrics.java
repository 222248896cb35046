package io.sapo.admin.metrics;

import static java.lang.Double.NaN;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sapo.schemas.ProcessGauges;
import java.util.List;

/**
 * Metrics of this process: the JVM, its memory outside the heap, Kafka clients and streams, and
 * what the caller binds.
 */
public final class AdminMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();

  private final KafkaMeters kafka;

  public AdminMetrics(List<MeterBinder> binders, KafkaMeters kafka) {
    this.kafka = kafka;
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbage.bindTo(registry);
    Gauge.builder("process.resident.memory", () -> ProcessGauges.residentBytes().orElse(NaN))
        .baseUnit("bytes")
        .description("Memory of the process in RAM: heap, native tensors and all else")
        .register(registry);
    Gauge.builder("process.native.memory", () -> ProcessGauges.nativeBytes().orElse(NaN))
        .baseUnit("bytes")
        .description("Memory of the process in RAM beyond what the JVM has committed: tensors")
        .register(registry);
    binders.forEach(binder -> binder.bindTo(registry));
  }

  /** Prometheus text. */
  public String scrape() {
    return registry.scrape() + kafka.scrape();
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
