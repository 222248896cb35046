package io.sapo.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointFolderTest {
  @TempDir Path folder;

  static List<Path> references() {
    return ReferenceModels.all();
  }

  @ParameterizedTest
  @MethodSource("references")
  void aCopyHoldsTheSameModel(Path reference) {
    CheckpointFolder original = CheckpointFolder.open(reference);
    Path target = folder.resolve("copy");
    try (SafetensorsReader weights = original.openWeights()) {
      CheckpointFolder.write(
          target,
          original.companions(),
          weights.names().stream().map(weights::data).toList(),
          original.config().elementType());
      CheckpointFolder copy = CheckpointFolder.open(target);
      assertThat(copy.config()).isEqualTo(original.config());
      try (SafetensorsReader copied = copy.openWeights()) {
        assertThat(copied.names()).isEqualTo(weights.names());
        for (String name : weights.names()) {
          assertThat(copied.type(name)).isEqualTo(weights.type(name));
          assertThat(copied.floats(name)).isEqualTo(weights.floats(name));
        }
      }
      assertThatThrownBy(
              () ->
                  CheckpointFolder.write(target, original.companions(), List.of(), ElementType.F32))
          .hasMessageContaining("exists already");
    }
  }

  @Test
  void aCopyHoldsEveryFileThatBelongsToTheModel() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.copy(
        ReferenceModels.shipped().resolve("tiny-qwen2").resolve("config.json"),
        source.resolve("config.json"));
    Files.createDirectory(source.resolve("additional_chat_templates"));
    List<String> companions =
        List.of(
            "tokenizer.json",
            "preprocessor_config.json",
            "processor_config.json",
            "video_preprocessor_config.json",
            "generation_config.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.json",
            "chat_template.jinja",
            "additional_chat_templates/rag.jinja",
            "additional_chat_templates/tool_use.jinja");
    for (String name : companions) {
      Files.writeString(source.resolve(name), "of " + name);
    }
    Files.writeString(source.resolve("additional_chat_templates/notes.txt"), "no template");
    Files.writeString(source.resolve("pytorch_model.bin"), "weights");
    Path target = folder.resolve("copy");
    CheckpointFolder.write(
        target, CheckpointFolder.open(source).companions(), List.of(), ElementType.F32);
    for (String name : companions) {
      assertThat(target.resolve(name)).hasContent("of " + name);
    }
    assertThat(target.resolve("additional_chat_templates/notes.txt")).doesNotExist();
    assertThat(target.resolve("pytorch_model.bin")).doesNotExist();
  }

  /** As newer libraries have it: its section on pictures before the file of its own. */
  @Test
  void theProcessorsSectionOnPicturesComesFirst() throws IOException {
    Files.copy(
        ReferenceModels.shipped().resolve("tiny-qwen2").resolve("config.json"),
        folder.resolve("config.json"));
    CheckpointFolder opened = CheckpointFolder.open(folder);
    Files.writeString(folder.resolve("processor_config.json"), "{\"image_processor\": {}}");
    assertThat(opened.preprocessor()).hasFileName("processor_config.json");
    Files.writeString(folder.resolve("preprocessor_config.json"), "{}");
    assertThat(opened.preprocessor()).hasFileName("processor_config.json");
    Files.writeString(
        folder.resolve("processor_config.json"),
        "{\"processor_class\": \"Qwen2_5_VLProcessor\", \"image_processor\": null}");
    assertThat(opened.preprocessor()).hasFileName("preprocessor_config.json");
  }

  @Test
  void pickledWeightsAloneAreRefusedWithTheWayOut() throws IOException {
    Path pickled = Files.createDirectory(folder.resolve("pickled"));
    Files.copy(
        ReferenceModels.shipped().resolve("tiny-qwen2").resolve("config.json"),
        pickled.resolve("config.json"));
    CheckpointFolder checkpoint = CheckpointFolder.open(pickled);
    assertThatThrownBy(checkpoint::openWeights).hasMessageContaining("model.safetensors");
    Files.writeString(pickled.resolve("pytorch_model.bin"), "x");
    assertThatThrownBy(checkpoint::openWeights)
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("pytorch_model.bin only")
        .hasMessageContaining("save_pretrained");
  }

  @Test
  void theTypeMayBeLeftToTheWeights() throws IOException {
    Path auto = Files.createDirectory(folder.resolve("auto"));
    String config =
        Files.readString(ReferenceModels.shipped().resolve("tiny-qwen2").resolve("config.json"));
    Files.writeString(
        auto.resolve("config.json"),
        config.replaceFirst("\"torch_dtype\": *\"[a-z0-9]+\"", "\"torch_dtype\": \"auto\""));
    assertThat(Files.readString(auto.resolve("config.json"))).contains("\"auto\"");
    assertThat(CheckpointFolder.open(auto).config().elementType()).isEqualTo(ElementType.F32);
  }

  @Test
  void theWrittenTypeEntersTheConfiguration() {
    CheckpointFolder original =
        CheckpointFolder.open(ReferenceModels.shipped().resolve("tiny-qwen2"));
    Path target = folder.resolve("halved");
    CheckpointFolder.write(target, original.companions(), List.of(), ElementType.BF16);
    assertThat(CheckpointFolder.open(target).config().elementType()).isEqualTo(ElementType.BF16);
  }

  @Test
  void nothingAppearsWhenWritingFails() throws IOException {
    CheckpointFolder original =
        CheckpointFolder.open(ReferenceModels.shipped().resolve("tiny-qwen2"));
    Path target = folder.resolve("failed");
    TensorSpec spec = new TensorSpec("w", new long[] {3});
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(
              () ->
                  CheckpointFolder.write(
                      target, original.companions(), List.of(unreadable(spec)), ElementType.F32))
          .hasMessageContaining("w[3]");
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void missingPartsAreNamed() throws IOException {
    assertThatThrownBy(() -> CheckpointFolder.open(folder.resolve("absent")))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> CheckpointFolder.open(folder)).hasMessageContaining("config.json");
    Files.copy(
        ReferenceModels.shipped().resolve("tiny-qwen2").resolve("config.json"),
        folder.resolve("config.json"));
    CheckpointFolder opened = CheckpointFolder.open(folder);
    assertThatThrownBy(opened::openWeights).hasMessageContaining("model.safetensors");
    assertThatThrownBy(opened::tokenizer).hasMessageContaining("tokenizer.json");
    assertThatThrownBy(opened::preprocessor).hasMessageContaining("preprocessor_config.json");
  }

  private static TensorData unreadable(TensorSpec spec) {
    return new TensorData() {
      @Override
      public TensorSpec spec() {
        return spec;
      }

      @Override
      public ElementType type() {
        return ElementType.F32;
      }

      @Override
      public void read(long begin, int length, Consumer<ByteBuffer> reader) {
        throw new InvalidCheckpointException(spec + " cannot be read");
      }
    };
  }
}
