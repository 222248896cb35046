package io.sapo.learner.recovery;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.pictures.JpegTrial;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.Devices;
import io.sapo.policy.device.LibTorch;
import io.sapo.policy.network.BaseModel;
import io.sapo.schemas.Environment;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/**
 * What this process computes with (threads, libraries, processor, device, code), and how that
 * differs from what a version was computed with. The same state, records and config give the same
 * bits only where all of it agrees.
 */
public final class FoldEnvironment {
  /** Read once, as the native library does: a later setting changes nothing. */
  private static final int THREADS =
      Integer.getInteger("ai.djl.pytorch.num_threads", Runtime.getRuntime().availableProcessors());

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private FoldEnvironment() {}

  /**
   * @param model folder that the run began with
   */
  public static Environment measure(BaseModel base, CheckpointFolder model) {
    TreeMap<String, String> processor = processor();
    return Environment.newBuilder()
        .setThreads(THREADS)
        .setLibtorch(LibTorch.build())
        .setCpuCapability(
            capability(
                System.getenv("ATEN_CPU_CAPABILITY"),
                Set.of(processor.getOrDefault("flags", "").split(" "))))
        .setCpu(processor.getOrDefault("model name", System.getProperty("os.arch")))
        .setJdk(java(base.config().multimodal()))
        .setDevice(Devices.description(base.device()))
        .setDeterministic(Devices.deterministic(base.device()))
        .setCode(CodeDigest.sha256())
        .setBaseSha256(base.sha256())
        .setTokenizerSha256(digest(model.path().resolve(CheckpointFolder.TOKENIZER)))
        .setPreprocessorSha256(model.ownPreprocessor().map(FoldEnvironment::digest).orElse(""))
        .build();
  }

  /**
   * The Java machine; where pictures are looked at, with which JPEG decoder: Debian's uses the
   * operating system's library, which has a version of its own.
   */
  static String java(boolean pictures) {
    String machine =
        System.getProperty("java.vm.version") + ", " + System.getProperty("java.vendor");
    return pictures ? machine + ", JPEG decoder " + JpegTrial.sha256().substring(0, 12) : machine;
  }

  /**
   * The vector instructions that ATen chooses on x86, by the same rules.
   *
   * @param wanted by the user; null for the best
   * @param flags of the processor, as Linux names them
   */
  static String capability(String wanted, Set<String> flags) {
    boolean avx2 = flags.containsAll(Set.of("avx2", "fma"));
    boolean avx512 = avx2 && flags.containsAll(Set.of("avx512vl", "avx512bw", "avx512dq"));
    String choice = wanted == null ? "avx512" : wanted.toLowerCase(Locale.ROOT);
    if (choice.equals("default")) {
      return "DEFAULT";
    }
    return avx512 && !choice.equals("avx2") ? "AVX512" : avx2 ? "AVX2" : "DEFAULT";
  }

  /** What Linux says of the first processor; nothing elsewhere. */
  private static TreeMap<String, String> processor() {
    TreeMap<String, String> fields = new TreeMap<>();
    if (!Files.isReadable(PROCESSORS)) {
      return fields;
    }
    try {
      for (String line : Files.readAllLines(PROCESSORS)) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          fields.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
      }
      return fields;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(Path file) {
    try {
      return Files.isRegularFile(file) ? CodeDigest.sha256(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What differs, for people: "threads were 2 and are 1 now, …". Whether bits repeat follows from
   * the device, and is not said twice.
   *
   * @param committed null where nothing is known
   * @return empty when nothing differs or nothing is known
   */
  public static String differences(Environment committed, Environment now) {
    if (committed == null) {
      return "";
    }
    List<String> differences = new ArrayList<>();
    Environment.getClassSchema().getFields().stream()
        .filter(field -> !field.name().equals("deterministic"))
        .forEach(
            field -> {
              String was = String.valueOf(committed.get(field.pos()));
              String is = String.valueOf(now.get(field.pos()));
              if (!was.equals(is)) {
                differences.add(
                    "%s was %s and is %s now".formatted(field.name(), shown(was), shown(is)));
              }
            });
    return String.join(", ", differences);
  }

  /** Of hashes the beginning will do. */
  private static String shown(String value) {
    if (value.isEmpty()) {
      return "none";
    }
    return value.matches("[0-9a-f]{64}") ? value.substring(0, 12) + "…" : value;
  }

  /**
   * @param from where the base was read from
   * @throws CheckpointException when a version does not stand on this base
   */
  public static void requireBase(WeightVersion version, BaseModel base, Path from) {
    Environment environment = version.getEnvironment();
    if (environment != null && !environment.getBaseSha256().equals(base.sha256())) {
      throw new CheckpointException(
          "version %d was trained over base model %s, but that of %s is %s: name the checkpoint that the run began with"
              .formatted(
                  version.getVersion(),
                  shown(environment.getBaseSha256()),
                  from,
                  shown(base.sha256())),
          null);
    }
  }
}
