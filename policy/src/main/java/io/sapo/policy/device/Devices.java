package io.sapo.policy.device;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Devices by the names that settings give them: {@code cpu}, {@code gpu0}, {@code gpu1}, … */
public final class Devices {
  private static final Pattern NAME = Pattern.compile("cpu|gpu(\\d{0,2})");
  private static final Path DRIVER = Path.of("/proc/driver/nvidia");
  private static final Pattern DRIVER_VERSION = Pattern.compile("\\s(\\d+\\.\\d+(\\.\\d+)?)\\s");

  private Devices() {}

  /**
   * Loads libtorch and tries the device.
   *
   * @param name {@code gpu} is {@code gpu0}
   * @throws DeviceException in one sentence where it cannot be used
   */
  public static Device open(String name) {
    Device device = named(name);
    LibTorch.load();
    if (!device.isGpu()) {
      return device;
    }
    if (!LibTorch.hasCuda()) {
      throw new DeviceException(
          "there is no %s: libtorch in %s is built for the CPU alone; set PYTORCH_LIBRARY_PATH to the folder torch/lib of a PyTorch 2.7.1 installation with CUDA, or compute on cpu"
              .formatted(name, LibTorch.folder()),
          null);
    }
    try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
      manager.zeros(new Shape(1)).toFloatArray();
      return device;
    } catch (EngineException e) {
      throw new DeviceException(
          "%s cannot be used: %s; nvidia-smi shows what the driver finds"
              .formatted(name, LibTorch.firstLine(e)),
          e);
    }
  }

  /** Nothing is loaded or tried. */
  public static Device named(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new DeviceException(
          "a device is cpu, gpu or gpu with a number, not '" + name + "'", null);
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    return Device.gpu(matcher.group(1).isEmpty() ? 0 : Integer.parseInt(matcher.group(1)));
  }

  /**
   * Whether the same computation gives the same bits each time. On a GPU libtorch's fused attention
   * adds gradients up in whatever order its blocks finish.
   */
  public static boolean deterministic(Device device) {
    return !device.isGpu();
  }

  /** For commit records: the name, on a GPU with what drives it. */
  public static String description(Device device) {
    return device.isGpu() ? description(device, DRIVER) : "cpu";
  }

  /**
   * @param driver the folder in which NVIDIA's driver describes itself
   */
  static String description(Device device, Path driver) {
    TreeSet<String> models = new TreeSet<>();
    String version = "unknown";
    try (Stream<Path> cards = Files.list(driver.resolve("gpus"))) {
      for (Path card : cards.toList()) {
        Files.readAllLines(card.resolve("information")).stream()
            .filter(line -> line.startsWith("Model:"))
            .forEach(line -> models.add(line.substring(line.indexOf(':') + 1).strip()));
      }
      Matcher found = DRIVER_VERSION.matcher(Files.readString(driver.resolve("version")));
      version = found.find() ? found.group(1) : version;
    } catch (IOException e) {
      models.add("unknown model"); // a container need not show it
    }
    return "gpu%s, %s, driver %s"
        .formatted(device.getDeviceId(), String.join(" or ", models), version);
  }
}
