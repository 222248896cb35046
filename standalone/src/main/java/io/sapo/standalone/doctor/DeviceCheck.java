package io.sapo.standalone.doctor;

import ai.djl.Device;
import io.sapo.policy.device.DeviceException;
import io.sapo.policy.device.DeviceProbe;
import io.sapo.policy.device.Devices;
import io.sapo.policy.device.LibTorch;
import io.sapo.policy.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether libtorch loads, whether it finds the device, and, where asked, what that can do. */
final class DeviceCheck {
  private final String name;
  private final ElementType computed;
  private final boolean measured;

  /**
   * @param computed type that networks compute in
   * @param measured whether it takes some seconds to measure the device
   */
  DeviceCheck(String name, ElementType computed, boolean measured) {
    this.name = name;
    this.computed = computed;
    this.measured = measured;
  }

  List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    try {
      LibTorch.load();
      findings.add(Finding.ok("native library", "libtorch " + LibTorch.build()));
    } catch (DeviceException e) {
      return List.of(Finding.failed("native library", e.getMessage()));
    }
    try {
      Device device = Devices.open(name);
      findings.add(Finding.ok("device", Devices.description(device)));
      if (measured) {
        findings.addAll(speeds(device));
        findings.add(twice(device));
      }
    } catch (DeviceException e) {
      findings.add(Finding.failed("device", e.getMessage()));
    }
    return findings;
  }

  private List<Finding> speeds(Device device) {
    try (DeviceProbe probe = new DeviceProbe(device)) {
      String copied = rate(probe.copyRate(), 1e9) + " GB/s copied";
      return List.of(
          Finding.ok(
              "matrix product",
              rate(probe.matrixRate(ElementType.F32), 1e12)
                  + " TFLOP/s in float32, "
                  + rate(probe.matrixRate(ElementType.BF16), 1e12)
                  + " in bfloat16"),
          Finding.ok(
              "bandwidth",
              device.isGpu()
                  ? copied + ", " + rate(probe.uploadRate(), 1e9) + " GB/s from the host"
                  : copied));
    }
  }

  /** As this process folds: in the type and with the threads that are set. */
  private Finding twice(Device device) {
    DeterminismCheck folded = DeterminismCheck.on(device, computed);
    boolean promised = Devices.deterministic(device);
    if (folded.same()) {
      return Finding.ok(
          "same bits",
          promised
              ? "an update computed twice gives the same bits"
              : "an update computed twice gave the same bits; larger ones need not, and replay"
                  + " measures how far apart they are");
    }
    String detail =
        String.format(
            Locale.ROOT,
            "an update computed twice gives other bits, weights apart by %.3g at most",
            folded.largest());
    return promised
        ? Finding.failed("same bits", detail + "; recovery and replay of a run here will fail")
        : Finding.warning("same bits", detail + "; replay says how close it comes");
  }

  private static String rate(double perSecond, double unit) {
    return String.format(Locale.ROOT, "%.3g", perSecond / unit);
  }
}
