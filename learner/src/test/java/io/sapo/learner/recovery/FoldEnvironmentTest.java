package io.sapo.learner.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TestDevice;
import io.sapo.learner.TinyRun;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.schemas.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldEnvironmentTest {
  private static final Set<String> AVX512 =
      Set.of("avx2", "fma", "avx512vl", "avx512bw", "avx512dq", "avx512f");

  @Test
  void capabilityIsWhatTheNativeLibraryChooses() {
    assertThat(FoldEnvironment.capability(null, AVX512)).isEqualTo("AVX512");
    assertThat(FoldEnvironment.capability("avx2", AVX512)).isEqualTo("AVX2");
    assertThat(FoldEnvironment.capability("avx512", Set.of("avx2", "fma"))).isEqualTo("AVX2");
    assertThat(FoldEnvironment.capability("default", AVX512)).isEqualTo("DEFAULT");
    assertThat(FoldEnvironment.capability(null, Set.of("avx2"))).isEqualTo("DEFAULT");
  }

  /** As of models that look at pictures: the same machine may get another decoder. */
  @Test
  void theDecoderOfPicturesIsPartOfTheJavaMachine() {
    assertThat(FoldEnvironment.java(false))
        .isEqualTo(
            System.getProperty("java.vm.version") + ", " + System.getProperty("java.vendor"));
    assertThat(FoldEnvironment.java(true))
        .startsWith(FoldEnvironment.java(false) + ", JPEG decoder ")
        .matches(".*[0-9a-f]{12}");
  }

  @Test
  void whatDiffersIsNamed(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    BaseModel base = BaseModel.trainedWhole(TinyRun.model(), TestDevice.get());
    Environment here = FoldEnvironment.measure(base, new CheckpointFolder(folder, TinyRun.model()));
    assertThat(here.getLibtorch()).startsWith("2.");
    assertThat(here.getDeterministic()).isEqualTo(!TestDevice.get().isGpu());
    assertThat(here.getCode()).hasSize(64);
    assertThat(here.getBaseSha256()).isEmpty();
    assertThat(here.getTokenizerSha256())
        .isEqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    assertThat(here.getPreprocessorSha256()).isEmpty();
    assertThat(FoldEnvironment.differences(here, here)).isEmpty();
    assertThat(FoldEnvironment.differences(null, here)).isEmpty();
    Environment there =
        Environment.newBuilder(here)
            .setThreads(here.getThreads() + 1)
            .setPreprocessorSha256("ab".repeat(32))
            .build();
    assertThat(FoldEnvironment.differences(there, here))
        .isEqualTo(
            "threads was %d and is %d now, preprocessorSha256 was abababababab… and is none now"
                .formatted(here.getThreads() + 1, here.getThreads()));
    String elsewhere = "threads was 2 and is 1 now";
    assertThat(new DivergenceException(3, "the actor", "a", "b", elsewhere, false))
        .hasMessageContaining("version 3: the actor was committed as a")
        .hasMessageContaining("gives b; threads was 2 and is 1 now (")
        .matches(e -> !e.explained());
  }

  /** The file that pictures are prepared by, whichever of the two it is. */
  @Test
  void anotherProcessorIsADifference(@TempDir Path folder) throws Exception {
    CheckpointFolder model = new CheckpointFolder(folder, TinyRun.model());
    BaseModel base = BaseModel.trainedWhole(TinyRun.model(), TestDevice.get());
    Files.writeString(folder.resolve("preprocessor_config.json"), "{\"max_pixels\": 1}");
    Environment older = FoldEnvironment.measure(base, model);
    Path processor = folder.resolve("processor_config.json");
    Files.writeString(processor, "{\"image_processor\": {\"max_pixels\": 2}}");
    Environment newer = FoldEnvironment.measure(base, model);
    Files.writeString(processor, "{\"image_processor\": {\"max_pixels\": 3}}");
    Environment changed = FoldEnvironment.measure(base, model);
    assertThat(FoldEnvironment.differences(older, newer)).startsWith("preprocessorSha256 was ");
    assertThat(FoldEnvironment.differences(newer, changed)).startsWith("preprocessorSha256 was ");
    Files.delete(processor);
    assertThat(FoldEnvironment.measure(base, model)).isEqualTo(older);
  }

  @Test
  void aDeviceExplainsOtherBitsWhereNothingElseDiffers() {
    assertThat(new DivergenceException(3, "the actor", "a", "b", "", false))
        .hasMessageEndingWith("gives b; the device does not give the same bits each time")
        .matches(DivergenceException::explained);
    assertThat(new DivergenceException(3, "the actor", "a", "b", "", true))
        .hasMessageContaining("--accept-divergence")
        .matches(e -> !e.explained());
  }
}
