package io.sapo.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.learner.TestDevice;
import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.adapter.InitialCritic;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CriticExportTest {
  private static final AlgorithmSettings GRADED = AlgorithmSettings.of(Algorithm.SAPO);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SCALAR", "SCALAR_WITH_BIAS"})
  void aCriticTrainedWholeIsAValueModel(Head head) throws Exception {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    BaseModel base = TinyRun.base();
    try (TrainingState state = disturbed(TinyRun.weights(), head)) {
      Path checkpoint = checkpoint(base, model, state);
      assertRestored(checkpoint, base, state);
      CriticExport export = new CriticExport(checkpoint);
      Path exported = folder.resolve("critic");
      export.write(exported, Optional.empty());
      assertReadBack(base, exported, state);
      JsonNode config = json(exported.resolve("config.json"));
      assertThat(config.path("architectures").path(0).asText())
          .isEqualTo("Qwen2ForTokenClassification");
      assertThat(config.path("id2label")).hasSize(1);
      try (SafetensorsReader reader = SafetensorsReader.open(exported)) {
        assertThat(reader.floats("score.bias")).containsExactly(head == Head.SCALAR ? 0 : 0.05f);
        assertThat(reader.contains("lm_head.weight")).isFalse();
      }
      export.write(folder.resolve("narrow"), Optional.of(ElementType.BF16));
      try (Weights narrow = InitialCritic.read(base, folder.resolve("narrow"))) {
        assertThat(narrow.sha256()).isNotEqualTo(state.critic().weights().sha256());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"SCALAR, SEQ_CLS", "SCALAR_WITH_BIAS, TOKEN_CLS"})
  void aCriticsAdaptersHaveTheirHeadBesideThem(Head head, String task) throws Exception {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    try (BaseModel base =
            BaseModel.adapted(model, model.config(), AdapterConfig.of(2, 8), TestDevice.get());
        TrainingState state = disturbed(Weights.random(base, Head.LANGUAGE_MODEL, 3), head)) {
      Path exported = folder.resolve("critic");
      new CriticExport(checkpoint(base, model, state)).write(exported, Optional.empty());
      assertReadBack(base, exported, state);
      JsonNode config = json(exported.resolve("adapter_config.json"));
      assertThat(config.path("task_type").asText()).isEqualTo(task);
      assertThat(config.path("modules_to_save").path(0).asText()).isEqualTo("score");
      assertThat(config.path("base_model_name_or_path").asText())
          .isEqualTo(model.path().toAbsolutePath().toString());
      assertThatThrownBy(() -> AdapterFolder.open(exported).read(base))
          .as("a policy has no score")
          .hasMessageContaining("modules_to_save");
    }
  }

  @Test
  void whereThereIsNoCriticThatIsSaid() {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    try (TrainingState state =
        TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.GRPO))) {
      Path checkpoint = checkpoint(TinyRun.base(), model, state);
      assertThatThrownBy(() -> new CriticExport(checkpoint)).hasMessageContaining("no critic");
    }
  }

  private static void assertReadBack(BaseModel base, Path exported, TrainingState state) {
    try (Weights read = InitialCritic.read(base, exported)) {
      assertThat(read.sha256()).isEqualTo(state.critic().weights().sha256());
    }
  }

  /** A critic that is not the policy's body with a head of zeros. */
  private static TrainingState disturbed(Weights actor, Head head) {
    Weights critic = Weights.random(actor.base(), head, 9);
    critic.arrays().forEach((name, array) -> array.addi(0.05f));
    return TrainingState.initial(actor, critic, GRADED);
  }

  /** The checkpoint itself says whether its critic has a bias. */
  private static void assertRestored(Path checkpoint, BaseModel base, TrainingState state) {
    try (TrainingState restored =
        CheckpointFiles.read(checkpoint, base, true, null, 0, state.progress())) {
      assertThat(restored.hashes()).isEqualTo(state.hashes());
    }
  }

  private static JsonNode json(Path file) throws Exception {
    return new ObjectMapper().readTree(file.toFile());
  }

  private Path checkpoint(BaseModel base, CheckpointFolder model, TrainingState state) {
    CheckpointStore store =
        new CheckpointStore(folder.resolve("data"), 2, Duration.ofDays(1), FaultHook.NONE);
    store.write(
        Snapshot.of(new CheckpointManifest("a-run", 0, 0, "digest", state.hashes()), state),
        ActorFiles.of(base, model));
    return store.folder(0);
  }
}
