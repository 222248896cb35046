package io.sapo.policy.adapter;

import static io.sapo.policy.network.ReferenceCase.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceFolders;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.ReferenceCase;
import io.sapo.policy.network.TokenScores;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.Retention;
import io.sapo.policy.training.TrainableModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters against what PEFT computes, {@code -Dsapo.reference.lora=DIR} for other folders. */
class ReferenceLoraTest {
  /** An adapter, its base, and one file of expected outputs. */
  record Case(Path base, Path adapter, Path expected) {
    BaseModel open() {
      CheckpointFolder folder = CheckpointFolder.open(base);
      AdapterFolder adapted = AdapterFolder.open(adapter);
      return BaseModel.adapted(
          folder, folder.config(), adapted.config(folder.config()), TestDevice.get());
    }

    @Override
    public String toString() {
      return base.getFileName() + "/" + adapter.getFileName() + "/" + expected.getFileName();
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Path base : ReferenceFolders.in(ReferenceFolders.of("lora"))) {
      for (Path adapter : ReferenceFolders.in(base)) {
        ReferenceFolders.expected(adapter)
            .forEach(expected -> cases.add(new Case(base, adapter, expected)));
      }
    }
    assertThat(cases).isNotEmpty();
    return cases;
  }

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("cases")
  void logitsWithAndWithoutTheAdapter(Case reference) {
    try (SafetensorsReader expected = SafetensorsReader.open(reference.expected());
        BaseModel base = reference.open();
        Weights weights = AdapterFolder.open(reference.adapter()).read(base);
        Weights bare = Weights.ofBase(base);
        Network network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device())) {
      assertLogits(network, weights, expected, "logits");
      assertLogits(network, bare, expected, "base_logits");
      List<TokenSequence> prompts = ReferenceCase.prompts(expected);
      int columns = ReferenceCase.columns(expected);
      for (int row = 0; row < prompts.size(); row++) {
        int length = columns - (int) expected.longs("response_begin")[row];
        TokenSequence cut = ReferenceCase.cut(prompts.get(row), length);
        TokenScores scores = network.score(weights, List.of(cut), 1);
        assertClose(
            "log-probabilities of row " + row,
            scores.logProbs()[0],
            last(expected.floats("next_token_log_prob"), row, columns - 1, length, 0));
        assertClose(
            "entropies of row " + row,
            scores.entropies()[0],
            last(expected.floats("entropy"), row, columns, length, 1));
      }
    }
  }

  private static void assertLogits(
      Network network, Weights weights, SafetensorsReader expected, String name) {
    List<TokenSequence> prompts = ReferenceCase.prompts(expected);
    int columns = ReferenceCase.columns(expected);
    int vocabulary = weights.config().vocabSize();
    for (int row = 0; row < prompts.size(); row++) {
      int length = prompts.get(row).length();
      assertClose(
          name + " of row " + row,
          network.logits(weights, prompts.subList(row, row + 1)),
          last(expected.floats(name), row, columns * vocabulary, length * vocabulary, 0));
    }
  }

  /** The last {@code count} numbers of a row but for the {@code behind} at its end. */
  private static float[] last(float[] rows, int row, int width, int count, int behind) {
    float[] chosen = new float[count];
    System.arraycopy(rows, (row + 1) * width - behind - count, chosen, 0, count);
    return chosen;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void greedyContinuation(Case reference) {
    try (SafetensorsReader expected = SafetensorsReader.open(reference.expected());
        BaseModel base = reference.open();
        Weights weights = AdapterFolder.open(reference.adapter()).read(base)) {
      int steps = (int) expected.spec("greedy_continuation").shape()[1];
      List<TokenSequence> prompts = ReferenceCase.prompts(expected);
      List<Integer> forbidden =
          base.config()
              .imageTokens()
              .map(t -> List.of(t.visionStart(), t.visionEnd(), t.image(), t.video()))
              .orElse(List.of());
      int longest = prompts.stream().mapToInt(TokenSequence::length).max().orElseThrow();
      GeneratorOptions options =
          new GeneratorOptions(prompts.size(), longest + steps, steps, forbidden);
      try (Generator generator = Generator.load(base.config(), options, base.device())) {
        for (int i = 0; i < prompts.size(); i++) {
          generator.submit(
              new GenerationRequest(
                  Integer.toString(i), prompts.get(i), new Sampling(0, 1, 0, steps), 1));
        }
        long[] continuations = expected.longs("greedy_continuation");
        for (Generation generation : generator.advance(weights, 0)) {
          int row = Integer.parseInt(generation.id());
          for (int t = 0; t < steps; t++) {
            assertThat(generation.tokens()[t])
                .as("token %d of row %d", t, row)
                .isEqualTo((int) continuations[row * steps + t]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfTheObjective(Case reference) {
    for (Retention retention :
        List.of(Retention.NOTHING, Retention.LAYER_INPUTS, Retention.of(1), Retention.EVERYTHING)) {
      gradients(reference, retention);
    }
  }

  private static void gradients(Case reference, Retention retention) {
    try (SafetensorsReader expected = SafetensorsReader.open(reference.expected());
        BaseModel base = reference.open();
        TrainableModel model =
            TrainableModel.of(AdapterFolder.open(reference.adapter()).read(base))) {
      List<TokenSequence> prompts = ReferenceCase.prompts(expected);
      int columns = ReferenceCase.columns(expected);
      List<TokenSequence> rows = new ArrayList<>();
      float[][] slopes = new float[prompts.size()][];
      for (int row = 0; row < slopes.length; row++) {
        int begin = (int) expected.longs("response_begin")[row];
        rows.add(ReferenceCase.cut(prompts.get(row), columns - begin));
        slopes[row] = last(expected.floats("token_weights"), row, columns - 1, columns - begin, 0);
      }
      try (PolicyForward forward = model.forward(rows, 1, retention)) {
        assertClose(
            "objective",
            new float[] {(float) product(slopes, forward.logProbs())},
            expected.floats("objective"));
        forward.backward(slopes, null);
      }
      int compared = 0;
      for (String name : expected.names()) {
        if (name.startsWith("grad/")) {
          String own = AdapterNames.fromPeft(name.substring("grad/".length()));
          assertClose(retention + " " + name, model.gradient(own), expected.floats(name));
          compared++;
        }
      }
      assertThat(compared).isEqualTo(model.weights().tensors().size());
    }
  }

  private static double product(float[][] slopes, float[][] values) {
    double sum = 0;
    for (int i = 0; i < slopes.length; i++) {
      for (int t = 0; t < slopes[i].length; t++) {
        sum += (double) slopes[i][t] * values[i][t];
      }
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mergedIntoTheBase(Case reference) {
    Path target = folder.resolve("merged");
    CheckpointFolder source = CheckpointFolder.open(reference.base());
    try (SafetensorsReader expected = SafetensorsReader.open(reference.expected());
        BaseModel base = reference.open();
        Weights weights = AdapterFolder.open(reference.adapter()).read(base);
        MergedModel merged = new MergedModel(weights)) {
      CheckpointFolder.write(target, source.companions(), merged.tensors(), ElementType.F32);
      CheckpointFolder written = CheckpointFolder.open(target);
      try (Weights read = Weights.read(written, Head.LANGUAGE_MODEL, TestDevice.get());
          Network network = Network.load(written.config(), Head.LANGUAGE_MODEL, TestDevice.get())) {
        assertLogits(network, read, expected, "merged_logits");
      }
    }
  }

  /** Set up otherwise than they were trained, adapters would fit and be another policy. */
  @ParameterizedTest
  @MethodSource("cases")
  void adaptersSetUpOtherwiseAreRefused(Case reference) {
    CheckpointFolder model = CheckpointFolder.open(reference.base());
    AdapterFolder adapter = AdapterFolder.open(reference.adapter());
    AdapterConfig own = adapter.config(model.config());
    String map = "model.layers.0.self_attn.k_proj";
    List<String> others = own.adapts(map) ? List.of("model.layers.0.mlp.up_proj") : List.of(map);
    for (AdapterConfig other :
        List.of(
            new AdapterConfig(
                own.rank(), own.alpha() / 2, own.rankStabilized(), own.targets(), own.vision()),
            new AdapterConfig(
                own.rank(), own.alpha(), own.rankStabilized(), others, own.vision()))) {
      try (BaseModel base = BaseModel.adapted(model, model.config(), other, TestDevice.get())) {
        assertThatThrownBy(() -> adapter.read(base).close())
            .isInstanceOf(InvalidCheckpointException.class)
            .hasMessageStartingWith(reference.adapter() + ": holds adapters of rank " + own.rank())
            .hasMessageNotContaining("\n");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void writtenAndReadAgain(Case reference) {
    Path target = folder.resolve("again");
    try (BaseModel base = reference.open();
        Weights weights = AdapterFolder.open(reference.adapter()).read(base)) {
      ModelConfig model = base.config();
      AdapterWriter.write(
          target,
          AdapterBase.named(".."),
          model,
          base.adapters().orElseThrow(),
          Map.of(),
          weights.tensors());
      AdapterFolder again = AdapterFolder.open(target);
      assertThat(again.config(model)).isEqualTo(base.adapters().orElseThrow());
      try (Weights read = again.read(base);
          SafetensorsReader first =
              SafetensorsReader.open(reference.adapter().resolve(AdapterFolder.WEIGHTS));
          SafetensorsReader second =
              SafetensorsReader.open(target.resolve(AdapterFolder.WEIGHTS))) {
        assertThat(read.sha256()).isEqualTo(weights.sha256());
        assertThat(second.names()).isEqualTo(first.names());
      }
    }
  }
}
