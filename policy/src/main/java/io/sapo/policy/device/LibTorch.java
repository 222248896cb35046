package io.sapo.policy.device;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The native library: the one among the jars, or that of an installation named by {@code
 * PYTORCH_LIBRARY_PATH}. Loaded by the first question asked here, with the threads that are set by
 * then.
 */
public final class LibTorch {
  private static final String COMPUTING = "libtorch_cpu.so";
  private static final String CUDA = "libtorch_cuda.so";
  private static final int EDGE = 1 << 16;
  private static final int SHOWN = 12;

  private LibTorch() {}

  /** Failing to load, a class cannot be initialised twice: what it said is kept. */
  private static final class Loading {
    static final DeviceException FAILURE = attempt();

    private static DeviceException attempt() {
      try {
        Engine.getEngine("PyTorch");
        return null;
      } catch (RuntimeException | LinkageError e) {
        return new DeviceException(sentence(e, System.getenv("PYTORCH_LIBRARY_PATH")), e);
      }
    }
  }

  /**
   * @throws DeviceException where it does not load, naming the library that is missing
   */
  public static void load() {
    if (Loading.FAILURE != null) {
      throw Loading.FAILURE;
    }
  }

  /**
   * @param installation what {@code PYTORCH_LIBRARY_PATH} says, or null
   */
  static String sentence(Throwable failure, String installation) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof UnsatisfiedLinkError)) {
      cause = cause.getCause();
    }
    String found = firstLine(cause);
    if (found.contains("libcuda.so")) {
      return "libtorch does not load: %s; that library comes with NVIDIA's driver: install it, or unset PYTORCH_LIBRARY_PATH to compute on the CPU"
          .formatted(found);
    }
    return installation == null
        ? "libtorch does not load: " + found + "; Linux on x86-64 with glibc is needed"
        : "libtorch does not load: %s; PYTORCH_LIBRARY_PATH is %s and has to be the folder torch/lib of a PyTorch 2.7.1 installation"
            .formatted(found, installation);
  }

  static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElse("").strip();
  }

  /** Where its files lie. */
  public static Path folder() {
    load();
    return Path.of(LibUtils.getLibtorchPath());
  }

  /** Whether it was built for GPUs too; says nothing of this machine. */
  public static boolean hasCuda() {
    return Files.exists(folder().resolve(CUDA));
  }

  /**
   * Version, kind and fingerprint, such as "2.7.1 cpu 0f3a…": builds of one version have other
   * compilers and libraries inside, and their last bits differ.
   */
  public static String build() {
    return "%s %s %s"
        .formatted(
            Engine.getEngine("PyTorch").getVersion(),
            hasCuda() ? "cuda" : "cpu",
            fingerprint(folder().resolve(COMPUTING)));
  }

  /** Of a file of hundreds of megabytes: its size, and both of its ends, where tables lie. */
  static String fingerprint(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      MessageDigest digest = DigestUtils.getSha256Digest();
      long size = channel.size();
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, size));
      for (long from : new long[] {0, Math.max(0, size - EDGE)}) {
        ByteBuffer edge = ByteBuffer.allocate((int) Math.min(EDGE, size));
        while (edge.hasRemaining() && channel.read(edge, from + edge.position()) > 0) {}
        digest.update(edge.flip());
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
