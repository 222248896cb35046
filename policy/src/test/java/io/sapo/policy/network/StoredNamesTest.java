package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceFolders;
import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.tensor.Renamed;
import io.sapo.policy.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoredNamesTest {
  @TempDir private Path folder;

  static List<Path> references() {
    return ReferenceFolders.in(ReferenceModels.shipped());
  }

  /** What the public library wrote is what it will look for. */
  @ParameterizedTest
  @MethodSource("references")
  void modelsAreWrittenUnderTheNamesTheyAreReadBy(Path reference) {
    CheckpointFolder checkpoint = CheckpointFolder.open(reference);
    try (SafetensorsReader reader = checkpoint.openWeights()) {
      assertThat(published(checkpoint)).containsExactlyInAnyOrderElementsOf(reader.names());
    }
  }

  private static List<String> published(CheckpointFolder checkpoint) {
    return WeightLayout.of(checkpoint.config(), Head.LANGUAGE_MODEL, null).slots().stream()
        .filter(Slot::present)
        .map(slot -> slot.tensor().name())
        .distinct()
        .map(name -> StoredNames.published(name, checkpoint.config().architecture()))
        .toList();
  }

  /** As the library writes a model without its head: tied ones are whole that way. */
  @ParameterizedTest
  @MethodSource("references")
  void modelsSavedWithoutTheirHeadAreTheSame(Path reference) {
    CheckpointFolder original = CheckpointFolder.open(reference);
    Path target = folder.resolve("bare");
    try (SafetensorsReader reader = original.openWeights()) {
      List<TensorData> bare =
          reader.names().stream()
              .<TensorData>map(
                  name -> Renamed.of(name.replaceFirst("^model\\.", ""), reader.data(name)))
              .toList();
      CheckpointFolder.write(target, original.companions(), bare, original.config().elementType());
    }
    CheckpointFolder written = CheckpointFolder.open(target);
    AdapterConfig adapters = AdapterConfig.of(1, 1);
    try (Weights expected = Weights.read(original, Head.LANGUAGE_MODEL, TestDevice.get());
        Weights read = Weights.read(written, Head.LANGUAGE_MODEL, TestDevice.get());
        BaseModel base = BaseModel.adapted(written, written.config(), adapters, TestDevice.get())) {
      assertThat(read.sha256()).isEqualTo(expected.sha256());
      assertThat(base.frozenTensors().stream().map(t -> base.storedName(t.spec().name())))
          .containsExactlyInAnyOrderElementsOf(published(original));
    }
  }

  /** As the library reads it too; a copy has the embedding under its own name again. */
  @Test
  void aTiedModelMayHaveItsHeadAlone() throws IOException {
    CheckpointFolder original = CheckpointFolder.open(tied());
    CheckpointFolder written = headAlone(original, folder.resolve("head"));
    AdapterConfig adapters = AdapterConfig.of(1, 1);
    try (Weights expected = Weights.read(original, Head.LANGUAGE_MODEL, TestDevice.get());
        Weights read = Weights.read(written, Head.LANGUAGE_MODEL, TestDevice.get());
        BaseModel base = BaseModel.adapted(written, written.config(), adapters, TestDevice.get());
        BaseModel same =
            BaseModel.adapted(original, original.config(), adapters, TestDevice.get())) {
      assertThat(read.sha256()).isEqualTo(expected.sha256());
      assertThat(base.sha256()).isEqualTo(same.sha256());
      assertThat(base.frozenTensors().stream().map(t -> base.storedName(t.spec().name())))
          .containsExactlyInAnyOrderElementsOf(published(original));
    }
    Path config = written.path().resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceAll("\"tie_word_embeddings\" *: *true", "\"tie_word_embeddings\": false"));
    CheckpointFolder untied = CheckpointFolder.open(written.path());
    assertThatThrownBy(() -> Weights.read(untied, Head.LANGUAGE_MODEL, TestDevice.get()))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("there is no tensor 'model.embed_tokens.weight'");
  }

  private static Path tied() {
    return references().stream()
        .filter(path -> CheckpointFolder.open(path).config().tieWordEmbeddings())
        .findFirst()
        .orElseThrow();
  }

  private static CheckpointFolder headAlone(CheckpointFolder original, Path target) {
    try (SafetensorsReader reader = original.openWeights()) {
      List<TensorData> renamed =
          reader.names().stream()
              .<TensorData>map(
                  name ->
                      Renamed.of(
                          name.endsWith("embed_tokens.weight") ? "lm_head.weight" : name,
                          reader.data(name)))
              .toList();
      CheckpointFolder.write(
          target, original.companions(), renamed, original.config().elementType());
    }
    return CheckpointFolder.open(target);
  }
}
