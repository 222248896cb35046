package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.training.KeptActivations.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What passes keep, measured in processes of their own, against what is reckoned: {@code
 * -Dsapo.test.activations=true}.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "sapo.test.activations", matches = "true")
class ActivationMemoryTest {
  private static final int HIDDEN = 256;
  private static final int FEW = 4;
  private static final int MANY = 28;
  private static final int LAYERS_KEPT = 8;

  /** What malloc and the JVM take beside, now more, now less. */
  private static final long BESIDE = 24L << 20;

  private static final long NOISE = 12L << 20;
  private static final int TIMES = 3;

  @TempDir private Path folder;

  /** The most that a pass over layer inputs takes grows by those inputs from layer to layer. */
  @ParameterizedTest
  @ValueSource(ints = {512, 2048, 8192})
  void eachLayerAddsItsInput(int tokens) throws Exception {
    long added = grown(tokens);
    long inputs = (long) (MANY - FEW) * tokens * HIDDEN * Float.BYTES;
    System.out.printf(
        "%d tokens: %.1f MB of inputs, grown by %.1f MB: %.3f%n",
        tokens, inputs / 1e6, added / 1e6, (double) added / inputs);
    assertThat(added).isLessThanOrEqualTo(inputs + inputs / 10 + NOISE);
  }

  private long grown(int tokens) throws Exception {
    return peak(MANY, tokens) - peak(FEW, tokens);
  }

  /** Median. */
  private long peak(int layers, int tokens) throws Exception {
    long[] peaks = new long[TIMES];
    for (int i = 0; i < TIMES; i++) {
      peaks[i] = measured(layers, tokens / 512, 512, 0, "f32", -1).backward();
    }
    Arrays.sort(peaks);
    return peaks[TIMES / 2];
  }

  /**
   * What is kept stays within what is reckoned, whole, with adapters, over weights converted;
   * beside it malloc has what one layer has freed on its way.
   */
  @ParameterizedTest
  @CsvSource({"0, f32", "16, f32", "16, bf16"})
  void whatIsKeptIsReckoned(int rank, String type) throws Exception {
    Result kept = measured(LAYERS_KEPT, 4, 512, rank, type, LAYERS_KEPT);
    System.out.printf(
        "rank %d, %s: reckoned %.1f MB, kept %.1f MB%n",
        rank, type, kept.reckoned() / 1e6, kept.forward() / 1e6);
    long oneLayer = kept.reckoned() / LAYERS_KEPT;
    assertThat(kept.forward()).isLessThanOrEqualTo(kept.reckoned() + 2 * oneLayer + BESIDE);
    assertThat(kept.forward()).isGreaterThan(kept.reckoned() - oneLayer);
  }

  private Result measured(Object... arguments) throws IOException, InterruptedException {
    Path model = Files.createTempDirectory(folder, "model");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-DOPT_OUT_TRACKING=true",
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.num_threads=1",
                "-cp",
                System.getProperty("java.class.path"),
                KeptActivations.class.getName(),
                model.toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // As ./sapo has it.
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    String[] lines = output.strip().split("\n");
    return Result.parse(lines[lines.length - 1]);
  }
}
