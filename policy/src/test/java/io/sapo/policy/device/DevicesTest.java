package io.sapo.policy.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesTest {

  @Test
  void namesAreTheSettingsNames() {
    assertThat(Devices.named("cpu")).isEqualTo(Device.cpu());
    assertThat(Devices.named("gpu")).isEqualTo(Device.gpu(0));
    assertThat(Devices.named("gpu12")).isEqualTo(Device.gpu(12));
    assertThatThrownBy(() -> Devices.named("cuda"))
        .isInstanceOf(DeviceException.class)
        .hasMessage("a device is cpu, gpu or gpu with a number, not 'cuda'");
  }

  @Test
  void aGpuThatIsNotThereIsOneSentence() {
    assumeFalse(TestDevice.get().isGpu());
    assertThat(Devices.open("cpu")).isEqualTo(Device.cpu());
    assertThatThrownBy(() -> Devices.open("gpu7"))
        .isInstanceOf(DeviceException.class)
        .message()
        .matches("(there is no gpu7: |gpu7 cannot be used: ).*")
        .hasLineCount(1)
        .hasSizeLessThan(400);
  }

  @Test
  void aLibraryThatIsMissingIsNamed() {
    UnsatisfiedLinkError driver =
        new UnsatisfiedLinkError(
            "/t/libcaffe2_nvrtc.so: libcuda.so.1: cannot open shared object file: No such file");
    assertThat(LibTorch.sentence(new EngineException("Failed to load", driver), "/t"))
        .startsWith("libtorch does not load: /t/libcaffe2_nvrtc.so: libcuda.so.1: cannot open")
        .contains("NVIDIA's driver");
    UnsatisfiedLinkError other = new UnsatisfiedLinkError("/t/libc10.so: wrong ELF class");
    assertThat(LibTorch.sentence(new EngineException("Failed to load", other), "/t"))
        .contains("/t/libc10.so: wrong ELF class")
        .contains("PYTORCH_LIBRARY_PATH is /t");
    assertThat(LibTorch.sentence(new IllegalStateException(), null))
        .isEqualTo(
            "libtorch does not load: IllegalStateException; Linux on x86-64 with glibc is needed");
  }

  @Test
  void theBuildIsTold() {
    assertThat(LibTorch.build()).matches("2\\.7\\.1 (cpu|cuda) [0-9a-f]{12}");
  }

  @Test
  void fingerprintsFollowSizeAndEnds(@TempDir Path folder) throws Exception {
    byte[] bytes = new byte[200_000];
    Path file = folder.resolve("file");
    String zeros = fingerprint(file, bytes);
    bytes[199_999] = 1;
    String end = fingerprint(file, bytes);
    assertThat(end).isNotEqualTo(zeros).isEqualTo(fingerprint(file, bytes));
    assertThat(fingerprint(file, new byte[200_001])).isNotEqualTo(zeros);
    assertThat(fingerprint(file, new byte[3])).isNotEqualTo(zeros);
  }

  private static String fingerprint(Path file, byte[] bytes) throws Exception {
    Files.write(file, bytes);
    return LibTorch.fingerprint(file);
  }

  @Test
  void aGpuIsDescribedByItsDriver(@TempDir Path driver) throws Exception {
    Files.createDirectories(driver.resolve("gpus/0000:01:00.0"));
    Files.writeString(
        driver.resolve("gpus/0000:01:00.0/information"),
        "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 16\n");
    Files.writeString(
        driver.resolve("version"),
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  560.35.03  Fri Aug 16 21:39:15 UTC 2024\n");
    assertThat(Devices.description(Device.gpu(0), driver))
        .isEqualTo("gpu0, NVIDIA H100 80GB HBM3, driver 560.35.03");
    assertThat(Devices.description(Device.gpu(1), driver.resolve("none")))
        .isEqualTo("gpu1, unknown model, driver unknown");
    assertThat(Devices.description(Device.cpu())).isEqualTo("cpu");
    assertThat(Devices.deterministic(Device.cpu())).isTrue();
    assertThat(Devices.deterministic(Device.gpu(0))).isFalse();
  }
}
