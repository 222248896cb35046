package io.sapo.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withPrecision;

import io.sapo.learner.TestDevice;
import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActorExportTest {
  private static final List<TokenSequence> SEQUENCES =
      List.of(TokenSequence.text(new int[] {5, 9, 17}, new int[] {4, 8, 3, 6}));

  @TempDir private Path folder;

  @Test
  void adaptersAreExportedAndMerged() {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    try (BaseModel base =
            BaseModel.adapted(model, model.config(), AdapterConfig.of(2, 8), TestDevice.get());
        TrainingState state =
            TrainingState.initial(disturbed(base), AlgorithmSettings.of(Algorithm.SAPO))) {
      float[] expected = scores(state.actor().weights());
      assertThat(expected).isNotEqualTo(scores(TinyRun.weights()));
      ActorExport export = new ActorExport(checkpoint(base, model, state));
      export.write(folder.resolve("adapters"), Optional.empty());
      try (Weights read = AdapterFolder.open(folder.resolve("adapters")).read(base)) {
        assertThat(read.sha256()).isEqualTo(state.actor().weights().sha256());
      }
      export.writeMerged(folder.resolve("merged"), Optional.empty(), Optional.empty());
      try (Weights merged = read(folder.resolve("merged"))) {
        assertThat(scores(merged)).containsExactly(expected, withPrecision(1e-4f));
      }
      assertThat(CheckpointFolder.open(folder.resolve("merged")).config().elementType())
          .isEqualTo(ElementType.F32);
    }
  }

  /** One element of one tensor is enough; adapters tell wherever they lie. */
  @Test
  void adaptersAreNotMergedIntoAnotherBase() throws IOException {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    Path checkpoint;
    try (BaseModel base =
            BaseModel.adapted(model, model.config(), AdapterConfig.of(2, 8), TestDevice.get());
        TrainingState state =
            TrainingState.initial(disturbed(base), AlgorithmSettings.of(Algorithm.SAPO))) {
      checkpoint = checkpoint(base, model, state);
    }
    Path weights = model.path().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 2] ^= 1;
    Files.write(weights, bytes);
    ActorExport export = new ActorExport(checkpoint);
    Path merged = folder.resolve("merged");
    assertThatThrownBy(() -> export.writeMerged(merged, Optional.empty(), Optional.empty()))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageStartingWith(model.path() + ": its weights are ")
        .hasMessageContaining("name the folder of the model that the run began with")
        .hasMessageNotContaining("\n");
    assertThat(merged).doesNotExist();
    Path same = TinyRun.modelFolder(folder.resolve("same"));
    export.writeMerged(merged, Optional.of(same), Optional.empty());
    assertThat(merged).exists();
  }

  @Test
  void aModelTrainedWholeIsExportedInTheTypeWanted() {
    CheckpointFolder model = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("base")));
    try (TrainingState state =
        TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.GRPO))) {
      ActorExport export = new ActorExport(checkpoint(TinyRun.base(), model, state));
      export.write(folder.resolve("halved"), Optional.of(ElementType.BF16));
      assertThat(CheckpointFolder.open(folder.resolve("halved")).config().elementType())
          .isEqualTo(ElementType.BF16);
      assertThatThrownBy(
              () ->
                  export.writeMerged(folder.resolve("merged"), Optional.empty(), Optional.empty()))
          .hasMessageContaining("nothing to be merged");
    }
  }

  /** The run keeps float32; what leaves it is in the type that came. */
  @Test
  void aModelThatBeganInBf16IsExportedInIt() {
    CheckpointFolder wide = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("wide")));
    Path narrow = folder.resolve("base");
    try (Weights weights = TinyRun.weights()) {
      CheckpointFolder.write(narrow, wide.companions(), weights.tensors(), ElementType.BF16);
    }
    CheckpointFolder model = CheckpointFolder.open(narrow);
    BaseModel base = BaseModel.trainedWhole(model.config(), TestDevice.get());
    try (TrainingState state =
        TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.GRPO))) {
      Path checkpoint = checkpoint(base, model, state);
      assertThat(stored(CheckpointFiles.actor(checkpoint))).isEqualTo(ElementType.F32);
      new ActorExport(checkpoint).write(folder.resolve("exported"), Optional.empty());
      assertThat(stored(folder.resolve("exported"))).isEqualTo(ElementType.BF16);
      assertThat(CheckpointFolder.open(folder.resolve("exported")).config().elementType())
          .isEqualTo(ElementType.BF16);
    }
  }

  /** As the public library reads such a folder: in the type that its weights lie in. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\"torch_dtype\": \"auto\",", "\"dtype\": null,"})
  void whereTheConfigurationLeavesTheTypeToTheWeightsTheirsIsExported(String said)
      throws IOException {
    CheckpointFolder wide = CheckpointFolder.open(TinyRun.modelFolder(folder.resolve("wide")));
    Path narrow = folder.resolve("base");
    try (Weights weights = TinyRun.weights()) {
      CheckpointFolder.write(narrow, wide.companions(), weights.tensors(), ElementType.BF16);
    }
    Path config = narrow.resolve(CheckpointFolder.CONFIG);
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst(",\\s*\"torch_dtype\" *: *\"bfloat16\"", "")
            .replaceFirst("\\{", "{" + said));
    CheckpointFolder model = CheckpointFolder.open(narrow);
    assertThat(model.config().elementType()).isEqualTo(ElementType.F32);
    try (BaseModel base = BaseModel.trainedWhole(model.config(), TestDevice.get());
        TrainingState state =
            TrainingState.initial(TinyRun.weights(), AlgorithmSettings.of(Algorithm.GRPO))) {
      new ActorExport(checkpoint(base, model, state))
          .write(folder.resolve("exported"), Optional.empty());
      assertThat(stored(folder.resolve("exported"))).isEqualTo(ElementType.BF16);
    }
    Folders.delete(folder.resolve("data"));
    try (BaseModel base =
            BaseModel.adapted(model, model.config(), AdapterConfig.of(2, 8), TestDevice.get());
        TrainingState state =
            TrainingState.initial(disturbed(base), AlgorithmSettings.of(Algorithm.SAPO))) {
      new ActorExport(checkpoint(base, model, state))
          .writeMerged(folder.resolve("merged"), Optional.empty(), Optional.empty());
      assertThat(stored(folder.resolve("merged"))).isEqualTo(ElementType.BF16);
    }
  }

  private static ElementType stored(Path model) {
    try (SafetensorsReader reader = CheckpointFolder.open(model).openWeights()) {
      return reader.data(reader.names().iterator().next()).type();
    }
  }

  /** Adapters that change something: fresh ones do not. */
  private static Weights disturbed(BaseModel base) {
    Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 3);
    weights.arrays().forEach((name, array) -> array.addi(0.05f));
    return weights;
  }

  private Path checkpoint(BaseModel base, CheckpointFolder model, TrainingState state) {
    CheckpointStore store =
        new CheckpointStore(folder.resolve("data"), 2, Duration.ofDays(1), FaultHook.NONE);
    store.write(
        Snapshot.of(new CheckpointManifest("a-run", 0, 0, "digest", state.hashes()), state),
        ActorFiles.of(base, model));
    return store.folder(0);
  }

  private static Weights read(Path path) {
    return Weights.read(CheckpointFolder.open(path), Head.LANGUAGE_MODEL, TestDevice.get());
  }

  private static float[] scores(Weights weights) {
    try (Network network = Network.load(weights.config(), Head.LANGUAGE_MODEL, TestDevice.get())) {
      return network.score(weights, SEQUENCES, 1).logProbs()[0];
    }
  }
}
