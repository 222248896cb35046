package io.sapo.policy.adapter;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceFolders;
import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.SafetensorsWriter;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Critics against what transformers and PEFT compute, {@code -Dsapo.reference.critics=DIR} for
 * other folders, and those that are refused.
 */
class InitialCriticTest {
  private static final Path CRITICS = Path.of("src/test/resources/reference/critics");
  private static final Path WHOLE = CRITICS.resolve("qwen2-sequence");
  private static final Path BASE = CRITICS.resolve("qwen2-adapters");
  private static final Path ADAPTERS = BASE.resolve("adapter");

  @TempDir private Path folder;

  /** Folders of a critic, each with what it computes. */
  static List<Path> critics() {
    List<Path> critics = new ArrayList<>();
    for (Path model : ReferenceFolders.in(ReferenceFolders.of("critics"))) {
      Path adapter = model.resolve("adapter");
      critics.add(AdapterFolder.isIn(adapter) ? adapter : model);
    }
    assertThat(critics).isNotEmpty();
    return critics;
  }

  /** What a policy of the critic's kind stands on. */
  private static BaseModel base(Path critic) {
    CheckpointFolder model = CheckpointFolder.open(policy(critic));
    if (!AdapterFolder.isIn(critic)) {
      return BaseModel.trainedWhole(model.config(), TestDevice.get());
    }
    AdapterConfig adapters = AdapterFolder.openCritic(critic).config(model.config());
    return BaseModel.adapted(model, model.config(), adapters, TestDevice.get());
  }

  /** A model of the critic's shape, or the one that it is adapters of. */
  private static Path policy(Path critic) {
    return AdapterFolder.isIn(critic) ? critic.getParent() : critic;
  }

  @ParameterizedTest
  @MethodSource("critics")
  void valuesAreThoseOfTheLibrary(Path critic) {
    try (BaseModel base = base(critic);
        SafetensorsReader expected =
            SafetensorsReader.open(critic.resolve("expected.safetensors"));
        Weights weights = InitialCritic.read(base, critic);
        Network network = Network.load(base.config(), Head.SCALAR, base.device())) {
      InitialCritic.check(base, CheckpointFolder.open(policy(critic)), critic);
      InitialCritic.checkFinite(critic);
      int columns = ReferenceCase.columns(expected);
      List<TokenSequence> rows =
          ReferenceCase.prompts(expected).stream()
              .map(row -> ReferenceCase.cut(row, columns - 1))
              .toList();
      float[][] values = network.values(weights, rows);
      for (int row = 0; row < values.length; row++) {
        float[] all =
            Arrays.copyOfRange(expected.floats("values"), row * columns, (row + 1) * columns - 1);
        assertClose("values of row " + row, values[row], all);
      }
    }
  }

  /** One of 0 is what the class adds to a critic without: the run that wrote it had none. */
  @Test
  void aBiasIsTakenUnlessItIsNought() {
    for (String critic : List.of("llama-token", "llama-adapters/adapter")) {
      assertThat(head(CRITICS.resolve(critic))).isEqualTo(Head.SCALAR_WITH_BIAS);
    }
    for (String critic : List.of("qwen3-token", "qwen2-sequence", "qwen2-adapters/adapter")) {
      assertThat(head(CRITICS.resolve(critic))).isEqualTo(Head.SCALAR);
    }
  }

  private static Head head(Path critic) {
    try (BaseModel base = base(critic);
        Weights weights = InitialCritic.read(base, critic)) {
      return weights.head();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"vocab_size\": 48 | \"vocab_size\": 49 | vocab_size is 49, but that of the policy is 48",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 3 | num_hidden_layers is 3, but",
        "\"hidden_size\": 16 | \"hidden_size\": 32 | hidden_size is 32, but",
        "\"intermediate_size\": 24 | \"intermediate_size\": 8 | intermediate_size is 8, but",
        "\"rope_theta\": 10000.0 | \"rope_theta\": 500.0 | rope_theta is 500.0, but",
        "\"rms_norm_eps\": 1e-06 | \"rms_norm_eps\": 0.1 | rms_norm_eps is 0.1, but",
        "\"model_type\": \"qwen2\" | \"model_type\": \"llama\" | model_type is llama, but",
      })
  void refusesAnotherModel(String was, String is, String message) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(WHOLE.resolve("config.json")).replace(was, is));
    Files.copy(WHOLE.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    refused(WHOLE, folder, message);
  }

  @Test
  void refusesALanguageModel() {
    refused(WHOLE, BASE, "there is no tensor 'score.weight'");
  }

  @Test
  void refusesSeveralLabelsAndOtherShapes() {
    refused(
        WHOLE,
        whole("score.weight", 2, 16),
        "gives a state 2 numbers, where a critic has num_labels 1");
    refused(WHOLE, whole("score.bias", 3), "score.bias[3] does not fit config.json");
    refused(WHOLE, whole("model.norm.weight", 8), "model.norm.weight[8] does not fit config.json");
    refused(WHOLE, whole("model.layers.2.mlp.up_proj.weight", 24, 16), "has no place in the qwen2");
  }

  @Test
  void refusesOneKindForTheOther() {
    refused(WHOLE, ADAPTERS, "holds adapters, but every weight is trained");
    refused(ADAPTERS, WHOLE, "holds no adapters, but adapters are trained");
    refused(WHOLE, folder.resolve("nowhere"), "there is no such folder");
  }

  @Test
  void refusesOtherAdapters() throws IOException {
    refused(ADAPTERS, adapters("\"r\": 2", "\"r\": 4", null), "holds adapters of rank 4");
    refused(ADAPTERS, adapters("\"lora_alpha\": 4", "\"lora_alpha\": 8", null), "factor 4.0 on");
    refused(
        ADAPTERS, adapters("\"classifier\"", "\"lm_head\"", null), "is [\"lm_head\",\"score\"]");
    refused(
        ADAPTERS,
        adapters(
            "",
            "",
            NamedTensor.of("base_model.model.score.weight", new long[] {3, 16}, new float[48])),
        "gives a state 3 numbers");
    Path another =
        adapters(
            "",
            "",
            NamedTensor.of(
                "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                new long[] {2, 8},
                new float[16]));
    refused(ADAPTERS, another, "does not fit the base model");
    assertThatThrownBy(() -> AdapterFolder.open(ADAPTERS))
        .hasMessageContaining("key 'modules_to_save' is");
  }

  /** Of the same shapes all the same; a copy of the base is the base. */
  @Test
  void refusesAdaptersThatNameAnotherBase() throws IOException {
    CheckpointFolder policy = CheckpointFolder.open(BASE);
    Path named = Files.createDirectory(folder.resolve("named"));
    Files.copy(BASE.resolve("config.json"), named.resolve("config.json"));
    Path weights = named.resolve("model.safetensors");
    Files.copy(BASE.resolve("model.safetensors"), weights);
    Path critic = adapters("\"..\"", "\"" + named + "\"", null);
    Path actor = folder.resolve("actor");
    AdapterConfig config = AdapterFolder.openCritic(ADAPTERS).config(policy.config());
    try (BaseModel base = base(ADAPTERS);
        Weights fresh = Weights.random(base, Head.LANGUAGE_MODEL, 1)) {
      AdapterWriter.write(
          actor,
          AdapterBase.named(named.toString()),
          policy.config(),
          config,
          Map.of(),
          fresh.tensors());
      InitialCritic.check(base, policy, critic);
      InitialWeights.of(base, policy, actor, 1).close();

      byte[] bytes = Files.readAllBytes(weights);
      bytes[bytes.length - 2] ^= 1;
      Files.write(weights, bytes);
      String message = "holds adapters of " + named + ", whose tensor model.norm.weight is another";
      assertThatThrownBy(() -> InitialCritic.check(base, policy, critic))
          .isInstanceOf(InvalidCheckpointException.class)
          .hasMessageStartingWith(critic + ": " + message)
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> InitialWeights.of(base, policy, actor, 1).close())
          .hasMessageStartingWith(actor + ": " + message);
    }
  }

  /** The adapters of a policy have no score. */
  @Test
  void refusesTheAdaptersOfAPolicy() {
    CheckpointFolder model = CheckpointFolder.open(BASE);
    AdapterConfig config = AdapterFolder.openCritic(ADAPTERS).config(model.config());
    Path policy = folder.resolve("policy");
    try (BaseModel base = base(ADAPTERS);
        Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 1)) {
      AdapterWriter.write(
          policy, AdapterBase.named(".."), model.config(), config, Map.of(), weights.tensors());
    }
    refused(ADAPTERS, policy, "there is no tensor 'base_model.model.score.weight'");
  }

  @Test
  void refusesACriticOfAPolicyThatLooksAtPictures() {
    ModelConfig pictures =
        ModelConfig.read(
            ReferenceModels.shipped().resolve("tiny-qwen2_5_vl").resolve("config.json"));
    assertThatThrownBy(
            () ->
                InitialCritic.check(
                    BaseModel.trainedWhole(pictures, TestDevice.get()),
                    CheckpointFolder.open(WHOLE),
                    WHOLE))
        .hasMessageContaining("transformers has no such model with a scalar head");
  }

  private static void refused(Path policy, Path critic, String message) {
    try (BaseModel base = base(policy)) {
      CheckpointFolder model = CheckpointFolder.open(policy(policy));
      assertThatThrownBy(() -> InitialCritic.check(base, model, critic))
          .isInstanceOf(InvalidCheckpointException.class)
          .hasMessageStartingWith(critic.toString())
          .hasMessageContaining(message)
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> InitialCritic.read(base, critic).close())
          .hasMessageContaining(message);
    }
  }

  /** The critic trained whole with one tensor of ones more, or in another shape. */
  private Path whole(String name, long... shape) {
    Path critic = folder.resolve(name + Arrays.toString(shape));
    float[] ones = new float[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.fill(ones, 1);
    try {
      Files.createDirectories(critic);
      Files.copy(WHOLE.resolve("config.json"), critic.resolve("config.json"));
      rewrite(WHOLE.resolve("model.safetensors"), critic, NamedTensor.of(name, shape, ones));
      return critic;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path adapters(String was, String is, NamedTensor other) throws IOException {
    Path critic = Files.createTempDirectory(folder, "adapters");
    Files.writeString(
        critic.resolve(AdapterFolder.CONFIG),
        Files.readString(ADAPTERS.resolve(AdapterFolder.CONFIG)).replace(was, is));
    rewrite(ADAPTERS.resolve(AdapterFolder.WEIGHTS), critic, other);
    return critic;
  }

  private static void rewrite(Path from, Path critic, NamedTensor other) throws IOException {
    Path to = critic.resolve(from.getFileName());
    if (other == null) {
      Files.copy(from, to);
      return;
    }
    try (SafetensorsReader reader = SafetensorsReader.open(from)) {
      List<TensorData> tensors = new ArrayList<>();
      reader.names().stream()
          .filter(name -> !name.equals(other.name()))
          .forEach(name -> tensors.add(reader.data(name)));
      tensors.add(other);
      SafetensorsWriter.write(to, tensors, Map.of());
    }
  }
}
