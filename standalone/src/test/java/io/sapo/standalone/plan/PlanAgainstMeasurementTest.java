package io.sapo.standalone.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The plan of a learner against what its process had resident. The larger models with {@code
 * -Dsapo.test.plan=true}; {@code -Dsapo.test.plan.checkpoint=DIR} names one more.
 */
class PlanAgainstMeasurementTest {
  private static final double TOLERANCE = 0.15;

  /** 25 million parameters, as the benchmarks have them. */
  private static final String M25 =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 512, "intermediate_size": 1792,
       "max_position_embeddings": 16384, "num_attention_heads": 8, "num_hidden_layers": 6,
       "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
       "eos_token_id": 2, "initializer_range": 0.02, "tie_word_embeddings": true,
       "vocab_size": 8192, "torch_dtype": "float32"}
      """;

  @TempDir Path folder;

  @Test
  void theShippedModel() throws Exception {
    agrees(Path.of("..", "checkpoints", "figures").toRealPath(), 0, 2048, 512);
  }

  @ParameterizedTest
  @CsvSource({"0, 2048, 1024", "16, 2048, 1024", "0, 8192, 2048", "16, 8192, 2048"})
  void twentyFiveMillions(int rank, int microBatchTokens, int length) throws Exception {
    assumeTrue(Boolean.getBoolean("sapo.test.plan"), "takes a minute; -Dsapo.test.plan=true");
    ModelConfig config = ModelConfig.read(Files.writeString(folder.resolve("config.json"), M25));
    Path checkpoint = folder.resolve("m25");
    try (Weights weights = Weights.random(config, Head.LANGUAGE_MODEL, 1, Device.cpu())) {
      CheckpointFolder.write(
          checkpoint,
          Map.of(CheckpointFolder.CONFIG, M25.getBytes(StandardCharsets.UTF_8)),
          weights.tensors(),
          ElementType.F32);
    }
    agrees(checkpoint, rank, microBatchTokens, length);
  }

  @ParameterizedTest
  @CsvSource({"0, 2048, 512", "16, 2048, 512"})
  void oneOfYourOwn(int rank, int microBatchTokens, int length) throws Exception {
    String checkpoint = System.getProperty("sapo.test.plan.checkpoint");
    assumeTrue(checkpoint != null, "-Dsapo.test.plan.checkpoint=DIR names a model");
    agrees(Path.of(checkpoint), rank, microBatchTokens, length);
  }

  private void agrees(Path checkpoint, int rank, int microBatchTokens, int length)
      throws Exception {
    MeasuredLearner.Result result =
        measure(
            checkpoint,
            "model.adapter-rank=" + rank,
            "learner.micro-batch-tokens=" + microBatchTokens,
            "learner.max-sequence-tokens=" + length,
            "model.max-prompt-tokens=" + length / 4,
            "model.max-new-tokens=" + 3 * length / 4,
            "learner.activation-mib=512",
            "learner.batch-size=8",
            "learner.mini-batch-size=8");
    System.out.printf(
        "%s, rank %d, %d tokens a pass: planned %s, measured %s%n",
        checkpoint.getFileName(),
        rank,
        microBatchTokens,
        Units.bytes(result.planned()),
        Units.bytes(result.measured()));
    assertThat(result.ratio()).isCloseTo(1, within(TOLERANCE));
  }

  /** With the launcher's options for a role that computes. */
  private MeasuredLearner.Result measure(Path checkpoint, String... settings)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms768m",
                "-Xmx768m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                MeasuredLearner.class.getName(),
                checkpoint.toString()));
    command.addAll(List.of(settings));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", "33554432");
    builder.environment().put("MALLOC_TRIM_THRESHOLD_", "17179869184");
    builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    builder.environment().put("OPT_OUT_TRACKING", "true");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(15, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    lines.forEach(System.out::println);
    return MeasuredLearner.parse(
        lines.stream().filter(line -> line.startsWith("result ")).findFirst().orElseThrow());
  }
}
