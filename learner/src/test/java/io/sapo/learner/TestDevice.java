package io.sapo.learner;

import ai.djl.Device;
import io.sapo.policy.device.Devices;

/** Where tests fold: the CPU, or {@code -Dsapo.test.device=gpu0}. */
public final class TestDevice {
  private static final Device DEVICE = Devices.open(System.getProperty("sapo.test.device", "cpu"));

  private TestDevice() {}

  public static Device get() {
    return DEVICE;
  }
}
