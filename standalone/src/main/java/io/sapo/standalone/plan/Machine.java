package io.sapo.standalone.plan;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory that may be used.
 *
 * @param device of the accelerator; empty where it is not known or there is none
 * @param host of this machine or, where less, of the control group; empty where it is not known
 * @param taken bytes of the accelerator that others use; 0 where it is not known
 */
public record Machine(OptionalLong device, OptionalLong host, long taken) {
  /** A limit beyond any machine's memory means none. */
  private static final long UNLIMITED = 1L << 50;

  private static final List<Path> GROUP_LIMITS =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  /** One whose accelerator nobody else uses. */
  public Machine(OptionalLong device, OptionalLong host) {
    this(device, host, 0);
  }

  /** Of this machine, without its accelerators. */
  public static Machine here() {
    return read(Path.of("/proc/meminfo"), GROUP_LIMITS);
  }

  /** The same with what the device has where it is a GPU that can be asked. */
  public static Machine here(Device device) {
    Optional<DeviceMemory> memory = DeviceMemory.of(device);
    return memory.isEmpty()
        ? here()
        : new Machine(OptionalLong.of(memory.get().all()), here().host(), memory.get().taken());
  }

  /** The same once the others have ended. */
  public Machine alone() {
    return new Machine(device, host);
  }

  static Machine read(Path meminfo, List<Path> groupLimits) {
    OptionalLong least = total(meminfo);
    for (Path file : groupLimits) {
      OptionalLong limit = limit(file);
      if (limit.isPresent() && limit.getAsLong() < least.orElse(UNLIMITED)) {
        least = limit;
      }
    }
    return new Machine(OptionalLong.empty(), least);
  }

  /** The same where nothing else is said. */
  public Machine with(OptionalLong otherDevice, OptionalLong otherHost) {
    return new Machine(
        otherDevice.isPresent() ? otherDevice : device,
        otherHost.isPresent() ? otherHost : host,
        otherDevice.isPresent() ? 0 : taken);
  }

  private static OptionalLong total(Path meminfo) {
    try {
      return Files.readAllLines(meminfo).stream()
          .filter(line -> line.startsWith("MemTotal:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty(); // not Linux: nothing is known
    }
  }

  private static OptionalLong limit(Path file) {
    try {
      String text = Files.isReadable(file) ? Files.readString(file).strip() : "";
      return text.matches("\\d{1,18}")
          ? OptionalLong.of(Long.parseLong(text))
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty(); // this kind of control group is not there
    }
  }
}
